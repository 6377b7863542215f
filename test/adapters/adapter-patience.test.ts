import { setTimeout as wait } from 'node:timers/promises';
import { AdapterError, type InvoiceFileParser, type PaymentSink, type RtdrProvider } from '@ic-host/contracts';
import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { observedContract } from '../../src/adapters/observed-contract.js';
import { NEVER } from '../../src/egress/call-time.js';
import { inFlyingTime } from '../flying-time.js';
import { TestHost } from '../host-fixture.js';
import { CONTRACTS, IDLE_SINK, writtenAdapter } from '../written-adapter.js';

const by = { adapterId: 'acme', billerId: 'b', redact: (text: string) => text };
const SINK = { contracts: [{ name: 'enrollment-sink', version: '1' }] };
const deaf = (): Promise<never> => new Promise(() => undefined);

describe('an adapter that never answers', () => {
  const failureOf = (asked: () => Promise<unknown>) =>
    inFlyingTime(() =>
      asked().then(
        () => ['none'],
        ({ kind, code, message }: AdapterError) => [kind, code, message],
      ),
    );

  for (const [name, soon] of [
    ['gives up', (work: () => void) => setTimeout(work, 20)],
    ['has given up before', (work: () => void) => work()],
  ] as const)
    it(`is given up where its caller ${name}, a while later; what a payment came to is unknown`, async () => {
      const sink = observedContract({ post: deaf } as unknown as PaymentSink, { ...by, contract: 'payment-sink' });
      const attempt = new AbortController();
      const asked = () => {
        soon(() => attempt.abort());
        return sink.post({} as never, attempt.signal);
      };
      expect(await failureOf(asked)).to.deep.equal([
        ...['unknown-outcome', 'adapter-hangs'],
        'the adapter hangs: post has not ended 5 s after it was given up',
      ]);
    });

  it('may say itself how it ended, where it does within that while', async () => {
    const post = (_: unknown, signal: AbortSignal) =>
      new Promise((_, fail) => {
        const told = () => fail(new AdapterError('unavailable', 'not begun'));
        signal.addEventListener('abort', () => setTimeout(told, 3_000));
      });
    const sink = observedContract({ post } as unknown as PaymentSink, { ...by, contract: 'payment-sink' });
    const attempt = new AbortController();
    const asked = () => {
      setTimeout(() => attempt.abort(), 20);
      return sink.post({} as never, attempt.signal);
    };
    expect((await failureOf(asked))[2]).to.equal('not begun');
  });

  it('is given up after ten minutes where nobody gives up', async () => {
    const provider = observedContract({ lookUp: deaf } as RtdrProvider, { ...by, contract: 'rtdr-provider' });
    const told = ['unavailable', 'adapter-hangs', 'the adapter hangs: lookUp has not ended within 600 s'];
    expect(await failureOf(() => provider.lookUp({} as never, NEVER))).to.deep.equal(told);
    const parser = observedContract(
      {
        async *parse() {
          yield await deaf();
        },
      } as InvoiceFileParser,
      { ...by, contract: 'invoice-file-parser' },
    );
    const read = async () => {
      for await (const _ of parser.parse({} as never, NEVER));
    };
    expect((await failureOf(read))[2]).to.equal('the adapter hangs: parse has not ended within 600 s');
  });

  it('is quarantined where it is never loaded', async () => {
    const entry = `await new Promise(() => undefined);\n${IDLE_SINK}`;
    const { quarantined } = await inFlyingTime(() => loadAdapters(writtenAdapter(entry, SINK)));
    expect(quarantined[0]?.faults[0]?.message).to.equal("./entry.js can't be loaded: it was not loaded within 20 s");
  });

  it('is a fault of its biller’s where it is never made', async () => {
    const entry = `import { adapterModule, ENROLLMENT_SINK } from ${CONTRACTS};
      export default adapterModule(({ bind }) => {
        bind(ENROLLMENT_SINK).toDynamicValue(() => new Promise(() => undefined)).inSingletonScope();
      });`;
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const host = await TestHost.start({ manifest: writtenAdapter(entry, SINK) });
    await host.call('PUT', '/v1/billers/1', { name: 'b', guid: 'g', adapter: 'acme', settings: {} });
    await host.call('PUT', '/v1/billers/1/accounts/a/enrollments/autopay', { enabled: true });
    while ((await host.query('select from leased_deliveries')).length === 0) await wait(20);
    await wait(300);
    await clock.tickAsync(20_000);
    const { heldBack } = await host.until('/v1/billers/1/partner', (partner) => partner.heldBack);
    expect(heldBack).to.include({
      ...{ cause: 'misconfigured', code: 'adapter-failed' },
      detail: "the adapter can't be made: it was not made within 20 s",
    });
    clock.restore();
    await host.close();
  });
});
