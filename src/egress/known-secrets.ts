/** What must be masked of a biller: the secrets that its adapter is given, and the keys that its partner gives it in return. */
import { type Redact, redactorOf } from './redaction.js';

/** What looks like a key: neither a word, a day nor the name of a host. */
const KEY = /[A-Za-z0-9_~+=-]{16,}/g;
/** A session's key is good for hours, the latest few are in use; beside it a log-in tells what only looks like one. */
const MOST_LEARNED = 16;

export class KnownSecrets {
  private readonly given: string[] = [];
  private learned: string[] = [];
  private maskKnown = redactorOf([]);

  /** Masks what is known by then. */
  readonly redact: Redact = (text) => this.maskKnown(text);

  /** A secret that is kept elsewhere may be another at any time, or come later. */
  give(secret: string): void {
    if (this.given.includes(secret)) return;
    this.given.push(secret);
    this.renew();
  }

  /** Of a confidential answer, such as a log-in's: calls may carry its keys, and partners repeat them. */
  learn(answer: string): void {
    const fresh = (answer.match(KEY) ?? []).filter((key) => !this.learned.includes(key));
    if (fresh.length === 0) return;
    this.learned = [...this.learned, ...fresh.slice(0, MOST_LEARNED)].slice(-MOST_LEARNED);
    this.renew();
  }

  private renew(): void {
    this.maskKnown = redactorOf([...this.given, ...this.learned]);
  }
}
