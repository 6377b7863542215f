import { readJsonArray } from '@ic-host/contracts/kit';
import { expect } from 'chai';
import fc from 'fast-check';

async function read(chunks: Uint8Array[]): Promise<{ elements: unknown[]; offsets: number[]; frame: unknown }> {
  const elements: unknown[] = [];
  const offsets: number[] = [];
  let frame: unknown;
  const source = (async function* () {
    yield* chunks;
  })();
  for await (const part of readJsonArray(source, 'Invoices', new AbortController().signal, { atOnceBytes: 1 })) {
    if (part.type === 'frame') frame = JSON.parse(part.text);
    else
      for (let index = 0; index < part.spans.length; index += 2) {
        elements.push(JSON.parse(part.bytes.toString('utf8', part.spans[index], part.spans[index + 1])));
        offsets.push(part.byteOffset + (part.spans[index] ?? 0));
      }
  }
  return { elements, offsets, frame };
}

describe('the streaming array reader', () => {
  it('gives what JSON.parse gives, wherever the bytes are cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
        fc.jsonValue({ maxDepth: 1 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        async (invoices, other, spaced, sizes) => {
          const document = { Other: other, Invoices: invoices, Last: 'Zoë "[{' };
          const bytes = Buffer.from(JSON.stringify(document, null, spaced ? 2 : 0));
          const chunks: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          const got = await read(chunks);
          expect(got.elements).to.deep.equal(JSON.parse(JSON.stringify(invoices)));
          expect(got.frame).to.deep.equal(JSON.parse(JSON.stringify({ ...document, Invoices: [] })));
          expect(got.offsets).to.deep.equal((await read([bytes])).offsets);
        },
      ),
      { numRuns: 500 },
    ));
});
