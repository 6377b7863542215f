/** How long one call may take: until its time is over or its caller gives up. Leaves nothing behind when it is released. */

export class CallTime {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  /** Its time was over, before its caller gave up. */
  isOver = false;

  constructor(
    ms: number,
    private readonly caller: AbortSignal | undefined,
  ) {
    // Not AbortSignal.timeout and .any: these are kept until the time is over, long after most calls have ended.
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.controller.abort();
    }, ms);
    if (caller?.aborted) this.controller.abort();
    else caller?.addEventListener('abort', this.giveUp);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  release(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener('abort', this.giveUp);
  }

  private readonly giveUp = (): void => this.controller.abort();
}
