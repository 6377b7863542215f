/**
 * A call's turn among those of its biller: it waits for it as long as it may take itself, and no longer, since whoever asked
 * has given up by then. That time is its own: with little left of it a call would be sent only to be broken off.
 */
import { CallTime } from './call-time.js';

export class Turn {
  private waited: CallTime | undefined;

  constructor(
    private readonly ms: number,
    private readonly caller: AbortSignal | undefined,
  ) {}

  /** For what is waited for; asked for only where there is something. */
  get signal(): AbortSignal {
    return this.waiting().signal;
  }

  /** Resolves when it is over before it came. */
  over(): Promise<void> {
    return new Promise((done) => this.waiting().onEnd(done));
  }

  get isOver(): boolean {
    return this.waited?.hasEnded ?? false;
  }

  /** It has come, or nobody waits for it any more. */
  end(): void {
    this.waited?.release();
  }

  private waiting(): CallTime {
    this.waited ??= new CallTime(this.ms, this.caller);
    return this.waited;
  }
}
