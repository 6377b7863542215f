/**
 * What JSON may hold and PostgreSQL's texts can't: NUL, and half of a character. A partner that says such a thing once must
 * not keep what it was said about from being written: how a payment ended, above all.
 */
import type pg from 'pg';

const INSTEAD = '\ufffd';
/**
 * As JSON.stringify writes them. Looked at with what must stay: a backslash, which makes something else of what follows, and
 * both halves of a character.
 */
const ESCAPED = /\\(?:\\|ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u0000|ud[89a-f][0-9a-f]{2})/g;
const LONE = '\\u0000'.length;

/** Whether a text can be written as it is. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

function storableText(text: string): string {
  const plain = isStorable(text) ? text : text.toWellFormed().replaceAll('\0', INSTEAD);
  const isJson = plain.startsWith('{') || plain.startsWith('[') || plain.startsWith('"');
  if (!isJson || !(plain.includes('\\u0000') || plain.includes('\\ud'))) return plain;
  return plain.replace(ESCAPED, (found) => (found.length === LONE ? INSTEAD : found));
}

/** A statement's value, with U+FFFD where no database could take it; JSON is made of an object, as pg would. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value;
  return storableText(JSON.stringify(value));
}

/** Makes a connection write only what its database can hold. */
export function storeOnlyTexts(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  // biome-ignore lint/suspicious/noExplicitAny: pg's query takes and gives back many shapes
  (client as any).query = (statement: any, values?: unknown, ...more: unknown[]): unknown => {
    if (Array.isArray(values)) return query(statement, values.map(storable), ...more);
    // A COPY is its own statement, and its rows are made by whoever sends them.
    const isStatement = Array.isArray(statement?.values) && typeof statement.submit !== 'function';
    return query(isStatement ? { ...statement, values: statement.values.map(storable) } : statement, values, ...more);
  };
}
