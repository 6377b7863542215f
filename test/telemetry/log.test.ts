import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { type Log, sparingly } from '../../src/telemetry/log.js';

describe('what fails on and on', () => {
  it('is logged at most once a minute, with what it fails for then', () => {
    const clock = useFakeTimers({ toFake: ['performance'] });
    try {
      const lines: unknown[] = [];
      const log = { error: (...line: unknown[]) => lines.push(line) } as unknown as Log;
      const failed = sparingly(log, 'it could not be done');
      for (const seconds of [0, 1, 59, 61, 62]) {
        clock.tick(seconds * 1000 - performance.now());
        failed(`at ${seconds} s`, { of: seconds });
      }
      expect(lines).to.deep.equal([
        [{ err: 'at 0 s', of: 0 }, 'it could not be done'],
        [{ err: 'at 61 s', of: 61 }, 'it could not be done'],
      ]);
    } finally {
      clock.restore();
    }
  });
});
