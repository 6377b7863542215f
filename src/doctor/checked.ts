/** What a check of the doctor's comes to. */

export interface Checked {
  /** What was checked. */
  what: string;
  /** Title of the setting, where one URL of several was checked. */
  setting: string | null;
  state: 'ok' | 'failed' | 'not-checked';
  /** Stable; null where nothing is wrong. */
  code: string | null;
  /** One sentence for a person. */
  detail: string;
  /** What to do; null where nothing is to be done. */
  advice: string | null;
  ms: number;
}

export type Outcome = Pick<Checked, 'state' | 'code' | 'detail' | 'advice'>;

export const ok = (detail: string): Outcome => ({ state: 'ok', code: null, detail, advice: null });
export const notChecked = (detail: string): Outcome => ({ state: 'not-checked', code: null, detail, advice: null });
export const failed = (code: string, detail: string, advice: string | null): Outcome => ({
  ...{ state: 'failed', code, detail, advice },
});

/** @param explain what an error means; one it has no words for, it throws again */
export async function timed(
  what: string,
  setting: string | null,
  ask: () => Promise<Outcome>,
  explain: (error: unknown) => Outcome = (error) => failed('failed', `${(error as Error).message}.`, null),
): Promise<Checked> {
  const started = performance.now();
  const outcome = await ask().catch(explain);
  return { what, setting, ...outcome, ms: Math.round(performance.now() - started) };
}
