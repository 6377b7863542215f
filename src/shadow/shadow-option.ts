/** The biller's option `shadowOf`: it is the shadow of another biller, and does nothing of its own. */

export interface ShadowOption {
  /** Of whom. */
  biller: string;
  /** It is ready when so many accounts over so many days differed in nothing. */
  accounts: number;
  days: number;
}

const DEFAULTS = { accounts: 100, days: 7 };
const KEYS = new Set(['biller', 'accounts', 'days']);

/** The id of a biller, or `{ biller, accounts, days }`. @throws Error in words */
export function readShadow(value: unknown): ShadowOption {
  const given = typeof value === 'string' ? { biller: value } : ((value ?? {}) as Record<string, unknown>);
  if (typeof given !== 'object' || Array.isArray(given)) throw new Error('shadowOf must name a biller');
  const unknown = Object.keys(given).find((key) => !KEYS.has(key));
  if (unknown) throw new Error(`shadowOf has no part ${unknown}`);
  const option = { ...DEFAULTS, ...given } as Record<string, unknown>;
  if (typeof option.biller !== 'string' || option.biller === '') throw new Error('shadowOf must name a biller');
  for (const part of ['accounts', 'days'])
    if (!Number.isInteger(option[part]) || (option[part] as number) < 1)
      throw new Error(`shadowOf.${part} must be a whole number, at least 1`);
  return option as unknown as ShadowOption;
}
