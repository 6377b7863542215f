import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const STANDSTILL = pathToFileURL(resolve('dist/src/standstill.js')).href;

/** @returns the signal that ended a process which watches itself and then does this, and what it said */
const ended = (work: string): Promise<[string | null | undefined, string]> =>
  new Promise((done) => {
    const text = `import { endWhenStill } from ${JSON.stringify(STANDSTILL)};
      import { setTimeout as wait } from 'node:timers/promises';
      const hold = (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); };
      endWhenStill({ everyMs: 100, looks: 5 });
      await wait(500);
      ${work}`;
    execFile(process.execPath, ['--input-type=module', '-e', text], { timeout: 20_000 }, (error, _, said) =>
      done([error?.signal, said]),
    );
  });

describe('a host that stands still', () => {
  it('ends, and says so', async () => {
    const [signal, said] = await ended('hold(60_000);');
    expect(signal).to.equal('SIGKILL');
    expect(JSON.parse(said)).to.include({ level: 60 });
  });

  it('goes on where it only is slow, and ends by itself when it has nothing to do', async () => {
    expect(await ended('for (let i = 0; i < 8; i++) { hold(250); await wait(10); }')).to.deep.equal([undefined, '']);
  });
});
