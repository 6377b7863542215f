/** Why an invoice file was applied or refused, and what became of its records. Pure. */
import type { Import } from '../invoice-files/invoice-files.js';
import { tellPartner } from '../invoice-files/tell-partner.js';
import { count, type Explanation, type Reason } from './explanation.js';

export interface ImportFacts {
  row: Import;
  /** Of the records set aside: how many for what. */
  setAside: readonly { field: string; code: string; n: number; example: string }[];
  /** Names of the biller's files that came before and are on their way; none where this one is over. */
  waitsFor: readonly string[];
  /** Per cent of its records that may be set aside. */
  maxSetAsidePercent: number;
}

export function explainImport({ row, setAside, waitsFor, maxSetAsidePercent }: ImportFacts): Explanation {
  const share = row.records ? (100 * row.set_aside) / row.records : 0;
  const aside: Reason[] = setAside.map(({ field, code, n, example }) => ({
    ...{ rule: 'set-aside', field, value: code },
    says: `${count(n, 'record is', 'records are')} set aside for ${field}: ${example}`,
  }));
  const received: Reason = {
    rule: 'received',
    says: `${row.file_name} came with ${row.bytes} bytes; the same bytes are taken once for a biller.`,
    ...{ field: 'sha256', value: row.sha256, at: row.created_at.toISOString() },
  };
  if (waitsFor.length)
    return {
      summary: `It waits for ${waitsFor.join(', ')}, which came before it.`,
      reasons: [
        received,
        {
          rule: 'in-order',
          says: 'A biller’s files are applied in the order in which they came: the latest says what holds.',
        },
      ],
      exchanges: [],
    };
  if (row.state === 'running')
    return {
      summary: `${count(row.records, 'record is', 'records are')} read so far; nothing is applied before all of it is read.`,
      reasons: [received, ...aside],
      exchanges: [],
    };
  const at = row.finished_at ? { at: row.finished_at.toISOString() } : {};
  if (row.state === 'refused')
    return {
      summary: `Nothing of this file was applied: ${row.problem?.detail ?? 'it was refused'}.`,
      reasons: [
        received,
        {
          rule: row.problem?.code ?? 'refused',
          says: `A file is applied whole or not at all. ${tellPartner(row.problem?.code ?? '')}`,
          ...at,
        },
        ...aside,
      ],
      exchanges: [],
    };
  return {
    summary: `All of this file was applied: ${row.created} invoices are new, ${row.updated} changed, ${row.unchanged} are as they were, ${row.set_aside} records were set aside.`,
    reasons: [
      received,
      {
        rule: 'totals-agree',
        says: 'It was read to its end, and its header’s count and total agreed with its records.',
        ...at,
      },
      ...(row.set_aside
        ? [
            {
              rule: 'few-set-aside',
              says: `${share.toFixed(1)} % of its records are set aside, and ${maxSetAsidePercent} % may be.`,
              ...{ field: 'maxSetAsidePercent', value: String(maxSetAsidePercent) },
            },
          ]
        : []),
      ...aside,
      {
        rule: 'never-deactivates',
        says: 'An invoice that the file does not name stays as it is: a file tells of invoices, not of their absence.',
      },
    ],
    exchanges: [],
  };
}
