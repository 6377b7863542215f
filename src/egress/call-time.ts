/** Of a caller who never gives up: listening to it would be a twentieth of what a call costs. */
export const NEVER: AbortSignal = new AbortController().signal;

/** How long one call may take: until its time is over or its caller gives up. Leaves nothing behind when it is released. */
export class CallTime {
  private readonly timer: NodeJS.Timeout;
  private readonly caller: AbortSignal | undefined;
  private controller: AbortController | undefined;
  private listener: (() => void) | undefined;
  /** By its time, or by its caller. */
  hasEnded = false;
  /** Its time was over, before its caller gave up. */
  isOver = false;

  constructor(ms: number, caller: AbortSignal | undefined) {
    this.caller = caller === NEVER ? undefined : caller;
    // Not AbortSignal.timeout and .any: these are kept until the time is over, long after most calls have ended.
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.end();
    }, ms);
    if (this.caller?.aborted) this.hasEnded = true;
    else this.caller?.addEventListener('abort', this.end);
  }

  /** Made when it is asked for: most calls do without. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.hasEnded) this.controller.abort();
    return this.controller.signal;
  }

  /** @param listener called once, and at once where the call has ended already */
  onEnd(listener: () => void): void {
    if (this.hasEnded) listener();
    else this.listener = listener;
  }

  release(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener('abort', this.end);
  }

  private readonly end = (): void => {
    this.hasEnded = true;
    this.controller?.abort();
    this.listener?.();
  };
}
