/** The suite's checks of DocumentProvider. */
import { createHash } from 'node:crypto';
import { type Check, type CheckContext, can, ensure, equal, expectKind, sleep } from './check.js';
import type { PartnerUnderTest } from './contract-config.js';
import { memoryCheck, never, type Subject, settled, sharedChecks } from './shared-checks.js';
import type { SuiteScope } from './suite-host.js';

const contract = 'document-provider';
const LARGE_BYTES = 200_000_000;
const MOST_GROWTH_BYTES = 50_000_000;
/** For so long it could read what nobody asks for. */
const LOOKS = 15;
const LOOK_EVERY_MS = 100;
const HEAD = Buffer.concat([
  Buffer.from('%PDF-1.7\n%âãÏÓ\n'),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
]);

async function document(
  context: CheckContext,
  {
    head = HEAD,
    zeros = 1_000,
    partner = context.partner,
  }: { head?: Buffer; zeros?: number; partner?: PartnerUnderTest } = {},
): Promise<string> {
  const invoiceNumber = context.fresh('inv');
  if (partner.account) {
    const invoices = [{ invoiceNumber, cents: 100, invoiceDate: '2026-11-01', dueDate: '2026-12-01' }];
    await partner.account({ accountNumber: context.fresh('acc'), invoices });
  }
  await can(partner.document, 'document()').call(partner, invoiceNumber, head, zeros);
  return invoiceNumber;
}

const fetchOne = (scope: SuiteScope, invoiceNumber: string, signal = never) =>
  scope.get(contract).fetch({ invoiceNumber }, signal);

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const subject: Subject = {
  ...{ contract, name: '', effect: 'read', streams: true },
  prepare: async (context, partner) => {
    const invoiceNumber = partner.document
      ? await document(context, { partner })
      : can(partner.known, 'document() or known').invoiceNumber;
    return (scope, signal) => fetchOne(scope, invoiceNumber, signal);
  },
};

const check = (id: string, parts: Omit<Check, 'contract' | 'id' | 'writes'>): Check => ({
  ...{ contract, id, writes: false },
  ...parts,
});

export const documentProviderChecks: Check[] = [
  check('fetches', {
    title: "fetches an invoice's PDF, byte for byte",
    rule: 'fetch hands the bytes on as the partner has them.',
    look: 'an encoding on the way: a string made of bytes',
    run: async (context) => {
      const invoiceNumber = await document(context);
      const { stream } = await fetchOne(await context.open(), invoiceNumber);
      const bytes = await bytesOf(stream);
      equal(digest(bytes), digest(Buffer.concat([HEAD, Buffer.alloc(1_000)])), 'SHA-256 of the bytes');
    },
  }),

  check('length', {
    title: 'tells the length truthfully, or not at all',
    rule: 'The host hands it to the browser, which waits for that many bytes.',
    look: 'a length of the encoded text instead of the bytes',
    run: async (context) => {
      for (const zeros of [0, 1, 2, 3, 100_000]) {
        const { stream, length } = await fetchOne(await context.open(), await document(context, { zeros }));
        const bytes = await bytesOf(stream);
        equal(bytes.length, HEAD.length + zeros, 'number of bytes');
        if (length !== undefined) equal(length, bytes.length, 'length');
      }
    },
  }),

  check('not-found', {
    title: 'says not-found for an invoice without a document',
    rule: 'The portal tells the payer that there is none; an outage it would try again.',
    look: 'how the partner says that there is none',
    run: async (context) => {
      const scope = await context.open();
      const call = settled(fetchOne(scope, context.fresh('none')));
      await expectKind(call, ['not-found', 'rejected'], 'for an invoice that the partner does not have');
    },
  }),

  check('not-a-pdf', {
    title: 'hands on nothing that is not a PDF',
    rule: "A page of a partner's log-in must not reach a payer as an invoice.",
    look: 'whether the first five bytes are looked at before fetch resolves',
    run: async (context) => {
      const scope = await context.open();
      for (const head of [Buffer.from('<html>Log in</html>'), Buffer.from('%PD'), Buffer.alloc(0)]) {
        const call = fetchOne(scope, await document(context, { head, zeros: 0 }));
        await expectKind(call, ['malformed', 'not-found'], `when the document is ${JSON.stringify(String(head))}`);
      }
    },
  }),

  check('streams', {
    slow: true,
    alone: true,
    title: 'streams a document of 200 MB in less than 50 MB of memory',
    rule: 'A few large documents at once must not end the host.',
    look: "responseType: 'stream', and whatever gathers the chunks",
    run: async (context) => {
      const invoiceNumber = await document(context, { zeros: LARGE_BYTES });
      const scope = await context.open({ timeoutMs: 120_000 });
      const before = await context.host.aliveBytes();
      const { stream } = await fetchOne(scope, invoiceNumber);
      let bytes = 0;
      let most = 0;
      let next = 0;
      for await (const chunk of stream) {
        bytes += (chunk as Buffer).length;
        if (bytes < next) continue;
        next = bytes + LARGE_BYTES / 8;
        most = Math.max(most, (await context.host.aliveBytes()) - before);
      }
      equal(bytes, HEAD.length + LARGE_BYTES, 'number of bytes');
      ensure(most < MOST_GROWTH_BYTES, `memory grew by ${(most / 1e6).toFixed(0)} MB while it streamed`);
    },
  }),

  check('waits', {
    slow: true,
    alone: true,
    title: 'reads no faster than it is read from',
    rule: 'A caller on a slow line must not fill the memory of the host.',
    look: 'data listeners that push without looking at what push() says; pipeline() does it right',
    run: async (context) => {
      const invoiceNumber = await document(context, { zeros: LARGE_BYTES });
      const scope = await context.open({ timeoutMs: 120_000 });
      const before = await context.host.aliveBytes();
      const { stream } = await fetchOne(scope, invoiceNumber);
      let grew = 0;
      for (let looks = 0; looks < LOOKS && grew < MOST_GROWTH_BYTES; looks++) {
        await sleep(LOOK_EVERY_MS);
        grew = (await context.host.aliveBytes()) - before;
      }
      stream.destroy();
      ensure(grew < MOST_GROWTH_BYTES, `it read ${(grew / 1e6).toFixed(0)} MB that nobody asked for`);
    },
  }),

  check('destroyed', {
    title: 'ends the call when the stream is destroyed',
    rule: 'A payer who closes the page must not leave a download behind.',
    look: 'whether destroying the stream that is handed back destroys the one it comes from',
    run: async (context) => {
      const scope = await context.open({ timeoutMs: 120_000 });
      const { stream } = await fetchOne(scope, await document(context, { zeros: LARGE_BYTES }));
      stream.on('error', () => undefined);
      stream.destroy();
      for (let tries = 50; scope.wire.openSockets > 0 && tries > 0; tries--) await sleep(20);
      equal(scope.wire.openSockets, 0, 'connections open after the stream was destroyed');
    },
  }),

  check('aborted-in-the-middle', {
    title: 'ends in the middle of a document when it is told to',
    rule: 'A host that stops must not wait for a download.',
    look: 'whether the AbortSignal goes on to hold after the first bytes',
    run: async (context) => {
      const scope = await context.open({ timeoutMs: 120_000 });
      const controller = new AbortController();
      const invoiceNumber = await document(context, { zeros: LARGE_BYTES });
      const { stream } = await fetchOne(scope, invoiceNumber, controller.signal);
      const reading = bytesOf(stream).then(
        (bytes) => `${bytes.length} bytes as if all were there`,
        () => 'broken off',
      );
      await sleep(20);
      controller.abort();
      const ended = await Promise.race([reading, sleep(1_000).then(() => 'still reading')]);
      equal(ended, 'broken off', 'the stream a second after the abort');
    },
  }),

  check('no-half-document', {
    title: 'never ends a stream as if it were whole when the connection broke',
    rule: 'Half a PDF that looks whole is worse than none.',
    look: 'errors of the source that end the stream instead of breaking it',
    run: async (context) => {
      const scope = await context.open();
      const invoiceNumber = await document(context, { zeros: 3_000_000 });
      scope.wire.fail({ kind: 'cut-off' });
      const ended = await settled(fetchOne(scope, invoiceNumber)).then(
        (answer) => `ended with ${JSON.stringify(answer)}`,
        () => 'broken',
      );
      equal(ended, 'broken', 'a stream whose connection was cut');
    },
  }),

  check('own-documents', {
    title: 'gives each of twenty callers at once its own document',
    rule: 'A payer must never see the invoice of another.',
    look: 'fields of the class that hold what belongs to one call; caches',
    run: async (context) => {
      const scope = await context.open();
      const heads = Array.from({ length: 20 }, (_, index) => Buffer.from(`%PDF-1.7\n% document ${index}\n`));
      const numbers: string[] = [];
      for (const head of heads) numbers.push(await document(context, { head, zeros: 50_000 }));
      const bytes = await Promise.all(numbers.map(async (number) => bytesOf((await fetchOne(scope, number)).stream)));
      for (const [index, head] of heads.entries())
        equal(
          digest(bytes[index] ?? Buffer.alloc(0)),
          digest(Buffer.concat([head, Buffer.alloc(50_000)])),
          'a document',
        );
    },
  }),

  ...sharedChecks(subject),
  memoryCheck(subject),
];
