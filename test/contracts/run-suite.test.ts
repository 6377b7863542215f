import { type CheckResult, runSuite, type SuiteRun } from '@ic-host/contracts/suite';
import { expect } from 'chai';
import { inFlyingTime } from '../flying-time.js';

const sound = async (): Promise<void> => undefined;
const partner = async () => ({ close: sound });

async function results(checks: Record<string, () => Promise<void>>, start: () => Promise<object> = partner) {
  const run = {
    manifest: { contracts: [] },
    config: {
      start,
      checks: Object.entries(checks).map(([id, work]) => ({ contract: 'payment-sink', id, title: id, run: work })),
    },
    host: {},
  } as unknown as SuiteRun;
  const told: CheckResult[] = [];
  for await (const result of runSuite(run)) told.push(result);
  return told.map(({ check, state, message }) => `${check.id} ${state} ${message.split('\n')[0]}`.trim());
}

describe('the contract suite on what hangs', () => {
  const hang = () => new Promise<never>(() => undefined);

  it('gives up the first check after two minutes, and the others soon', async () => {
    const long = () => new Promise<void>((done) => setTimeout(done, 60_000));
    const said = 'it did not end within';
    expect(await inFlyingTime(() => results({ long, first: hang, sound, second: hang }))).to.deep.equal([
      'long passed',
      `first failed ${said} 120 s: a call hangs`,
      'sound passed',
      `second failed ${said} 10 s: a call hangs`,
    ]);
  });

  it('says that its partner does not start', async () => {
    const said = await inFlyingTime(() => results({ sound }, hang)).catch((error: Error) => error.message);
    expect(said).to.equal('the partner of contract.config.ts has not started within 120 s');
  });
});

describe('the contract suite on an adapter that leaves behind what fails', () => {
  const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;
  // Mocha's own, which would take it for a fault of this test.
  const others = EVENTS.map((event) => process.listeners(event as 'uncaughtException'));
  beforeEach(() => {
    for (const event of EVENTS) process.removeAllListeners(event);
  });
  afterEach(() => {
    for (const [index, event] of EVENTS.entries())
      for (const listener of others[index] ?? []) process.on(event as 'uncaughtException', listener);
  });

  it('names the check, also where it fails after that has ended', async () => {
    const said = 'it left something behind that failed, where nobody waited for it:';
    const long = () => new Promise<void>((done) => setTimeout(done, 60));
    expect(
      await results({
        sound,
        promise: async () => void Promise.reject(new Error('a promise')),
        late: async () =>
          void setTimeout(() => {
            throw new Error('a timer');
          }, 20),
        after: long,
      }),
    ).to.deep.equal([
      'sound passed',
      `promise failed ${said} Error: a promise`,
      'late passed',
      'after passed',
      `late failed ${said} Error: a timer`,
    ]);
    for (const event of EVENTS) expect(process.listenerCount(event), event).to.equal(0);
  });
});
