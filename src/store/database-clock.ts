/**
 * The one clock that all hosts share is the database's. It is asked now and then, and counted on from there by one that
 * never jumps: what a machine's own clock says, and how it is set meanwhile, changes nothing.
 */
import type { ObservableResult } from '@opentelemetry/api';
import type pg from 'pg';
import { every } from '../every.js';
import { observedGauge } from '../telemetry/gauge.js';

const ASK_EVERY_MS = 10_000;
/** How far a machine's clock may be off before somebody is told. */
export const MOST_SKEW_MS = 5_000;

export class DatabaseClock {
  /** Between the database's clock and `performance.now()`; the machine's word for it until the database was asked. */
  private offset = Date.now() - performance.now();
  private readonly stopping = new AbortController();
  private asking: Promise<unknown> | undefined;
  private skew: ReturnType<typeof observedGauge> | undefined;

  constructor(private readonly pool: pg.Pool) {}

  now(): Date {
    return new Date(performance.now() + this.offset);
  }

  /** How far this machine's clock is ahead of the database's, in milliseconds. */
  get skewMs(): number {
    return Date.now() - performance.now() - this.offset;
  }

  /** @throws Error where it can't be asked; from then on it is asked every while, and counted on where it doesn't answer */
  async start(): Promise<void> {
    await this.ask();
    const description = 'How far this host’s own clock is ahead of the database’s';
    this.skew = observedGauge('clock.skew', description, 's');
    this.skew.addCallback(this.tellSkew);
    this.asking = every(ASK_EVERY_MS, this.stopping.signal, () => this.ask().catch(() => undefined));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.skew?.removeCallback(this.tellSkew);
    await this.asking;
  }

  private readonly tellSkew = (result: ObservableResult): void => result.observe(this.skewMs / 1000);

  /** An answer that took long says no more than it can: what is known is kept where it may be right. */
  private async ask(): Promise<void> {
    const asked = performance.now();
    const { rows } = await this.pool.query<{ ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    );
    const told = rows[0]?.ms ?? 0;
    const [least, most] = [told - performance.now(), told - asked];
    if (this.offset < least || this.offset > most) this.offset = (least + most) / 2;
  }
}
