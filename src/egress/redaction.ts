/** Masks a biller's secrets by their value, in every form they take on the way. */

export type Redact = (text: string) => string;
export const MASK = '********';

/** @param secrets values to mask; the longest first, so that one inside another leaves nothing behind */
export function redactorOf(secrets: readonly string[]): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === '') continue;
    const json = JSON.stringify(secret).slice(1, -1);
    for (const form of [secret, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(secret)]) forms.add(form);
    const query = new URLSearchParams({ k: secret }).toString().slice(2);
    for (const form of [query, query.replaceAll('+', '%20')]) forms.add(form);
    forms.add(Buffer.from(secret).toString('base64'));
    forms.add(Buffer.from(secret).toString('base64url'));
  }
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((masked, form) => masked.replaceAll(form, MASK), text);
}
