/** One log-in for all the calls of a biller: made when it is first needed, shared, and made again when it has run out. */
import { AdapterError } from '../src/adapter-error.js';

interface LogIn<T> {
  session: Promise<T>;
  controller: AbortController;
  waiting: number;
  ended: boolean;
}

/** For partners with sessions or tokens. Never two log-ins at once, however many calls wait for one. */
export class SharedSession<T> {
  private current: LogIn<T> | undefined;
  private value: T | undefined;

  /** @param logIn is aborted only when nobody waits for it any more */
  constructor(private readonly logIn: (signal: AbortSignal) => Promise<T>) {}

  /**
   * The session there is, or the one that is being made.
   * @throws what `logIn` throws; then the next call tries anew. AdapterError `unavailable` when the caller gives up
   */
  async get(signal: AbortSignal): Promise<T> {
    const givenUp = () => new AdapterError('unavailable', 'the call was given up before it was made');
    if (signal.aborted) throw givenUp();
    const mine = this.current ?? this.begin();
    mine.waiting++;
    let leave = (): void => undefined;
    const gone = new Promise<never>((_, reject) => {
      leave = () => reject(givenUp());
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([mine.session, gone]);
    } finally {
      signal.removeEventListener('abort', leave);
      if (--mine.waiting === 0 && !mine.ended) {
        this.forget(mine);
        mine.controller.abort();
      }
    }
  }

  /** Says that a session is no good any more; does nothing where another has taken its place. */
  drop(session: T): void {
    if (this.current?.ended && this.value === session) this.forget(this.current);
  }

  private begin(): LogIn<T> {
    const controller = new AbortController();
    const made: LogIn<T> = { controller, waiting: 0, ended: false, session: this.logIn(controller.signal) };
    this.current = made;
    made.session.then(
      (value) => {
        made.ended = true;
        if (this.current === made) this.value = value;
      },
      () => {
        made.ended = true;
        this.forget(made);
      },
    );
    return made;
  }

  private forget(made: LogIn<T>): void {
    if (this.current !== made) return;
    this.current = undefined;
    this.value = undefined;
  }
}
