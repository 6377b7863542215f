/** What the benches found: each figure beside what it is measured against, as ratios of one interleaved run. */
import { median, withSpread } from './statistics.js';

export interface Figure {
  section: string;
  name: string;
  /** One a round. */
  values: number[];
  /** What it is to be: at least, or at most. */
  wanted?: { least?: number; most?: number };
  unit?: string;
}

export interface Contender {
  name: string;
  /** One round's figure. */
  run(): Promise<number>;
}

/**
 * All contenders in turn, round after round, in another order each time.
 * @param warmUps rounds that come first and don't count: one for what is measured by its time, more for what is measured
 * by how much of it there is, since a large program is compiled only as it is used
 */
export async function interleaved(rounds: number, contenders: readonly Contender[], warmUps = 1): Promise<number[][]> {
  const figures: number[][] = contenders.map(() => []);
  for (let round = 1 - warmUps; round <= rounds; round++)
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + warmUps) % contenders.length;
      const figure = await (contenders[index] as Contender).run();
      if (round > 0) figures[index]?.push(figure);
    }
  return figures;
}

/** Round by round, the first by the second. */
export const ratios = (above: readonly number[] = [], below: readonly number[] = []): number[] =>
  above.map((value, round) => value / (below[round] as number));

export const holds = ({ values, wanted }: Figure): boolean | undefined => {
  if (!wanted) return undefined;
  const value = median(values);
  return value >= (wanted.least ?? Number.NEGATIVE_INFINITY) && value <= (wanted.most ?? Number.POSITIVE_INFINITY);
};

export function lineOf(figure: Figure): string {
  const { name, values, wanted, unit = '' } = figure;
  const digits = median(values) < 100 ? 2 : 0;
  const limit = wanted
    ? ` · ${wanted.least === undefined ? `at most ${wanted.most}` : `at least ${wanted.least}`}`
    : '';
  const mark = { true: '✔', false: '✘', undefined: ' ' }[String(holds(figure))];
  return `  ${mark} ${name}: ${withSpread(values, digits)}${unit && ` ${unit}`}${limit}`;
}
