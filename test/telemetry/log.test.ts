import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { createLog, type Log, sparingly } from '../../src/telemetry/log.js';

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

describe('an error in the log', () => {
  const logged = (error: unknown): Record<string, unknown> => {
    let line = '';
    createLog('info', { write: (text: string) => (line += text) }).error({ err: error }, 'it failed');
    return JSON.parse(line).err;
  };

  it('says what went wrong, and why', () => {
    const cause = Object.assign(new Error('no way there'), { code: 'EHOSTUNREACH' });
    const error = Object.assign(new TypeError('it could not be read', { cause }), { code: 'UNREAD' });
    const { stack, ...told } = logged(error);
    expect(told).to.deep.equal({ type: 'TypeError', message: 'it could not be read: no way there', code: 'UNREAD' });
    expect(stack).to.include('log.test').and.to.include('caused by');
    expect(logged('no error at all')).to.equal('no error at all');
  });

  it('says of each that failed, where several did', () => {
    const { aggregateErrors } = logged(new AggregateError([new Error('one'), new Error('two')], 'all failed'));
    expect((aggregateErrors as { message: string }[]).map(({ message }) => message)).to.deep.equal(['one', 'two']);
  });

  it('carries nothing else: pg hangs a whole connection on the errors of its pools, with the key that cancels', () => {
    const client = { secretKey: 537340137, connectionParameters: { user: 'ic_host' } };
    const broken = Object.assign(new Error('connection lost'), { client, detail: 'Key (payor)=(Jordan)' });
    const several = new AggregateError([broken], 'all failed', { cause: broken });
    expect(Object.keys(logged(broken))).to.have.members(['type', 'message', 'stack']);
    expect(JSON.stringify([logged(broken), logged(several)])).not.to.match(/537340137|Jordan/);
  });
});
