import { type CheckResult, runSuite, type SuiteRun } from '@ic-host/contracts/suite';
import { expect } from 'chai';

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

  async function results(checks: Record<string, () => Promise<void>>): Promise<string[]> {
    const run = {
      manifest: { contracts: [] },
      config: {
        start: async () => ({ close: async () => undefined }),
        checks: Object.entries(checks).map(([id, work]) => ({ contract: 'payment-sink', id, title: id, run: work })),
      },
      host: {},
    } as unknown as SuiteRun;
    const told: CheckResult[] = [];
    for await (const result of runSuite(run)) told.push(result);
    return told.map(({ check, state, message }) => `${check.id} ${state} ${message.split('\n')[0]}`.trim());
  }

  it('names the check, also where it fails after that has ended', async () => {
    const said = 'it left something behind that failed, where nobody waited for it:';
    const long = () => new Promise<void>((done) => setTimeout(done, 60));
    expect(
      await results({
        sound: async () => undefined,
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
