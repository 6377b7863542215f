/** What a host does with each kind of error, in words: for the people who write adapters and try them. */
import type { AdapterErrorKind } from '@ic-host/contracts';

export interface Meaning {
  /** When an adapter says it. */
  when: string;
  /** What becomes of a payment, a return or an enrollment. */
  delivery: string;
  /** What whoever looks an account up, or asks for a document, is answered. */
  read: string;
}

export const MEANINGS: Record<AdapterErrorKind, Meaning> = {
  rejected: {
    when: 'the partner understood and said no',
    delivery:
      "is settled as rejected with the partner's words, and never repeated; a return that may have been taken at an earlier attempt is parked for a person",
    read: 'is answered 502 partner-rejected; a document 404 document-not-found; a file is refused with the error’s code',
  },
  'not-found': {
    when: 'the partner does not know the account, invoice or document',
    delivery: 'is settled as one that is rejected',
    read: 'is answered 404 account-not-found or document-not-found',
  },
  unavailable: {
    when: 'nothing happened at the partner, and the same call may be made again',
    delivery: 'is tried again with growing waits (or after Retry-After) for three days, then parked for a person',
    read: 'is answered with what is held, as stale, or else 502 partner-unavailable',
  },
  'unknown-outcome': {
    when: 'a write may or may not have happened',
    delivery:
      'is tried again with the same id where the sink is idempotent, looked for first where it is findable, and parked for a person where it is unsafe',
    read: 'is answered 502 partner-unavailable; a read has no unknown outcome, so say unavailable',
  },
  misconfigured: {
    when: 'a setting is missing or wrong, a key refused, a host not allowed',
    delivery: 'waits without losing an attempt: the biller is paused, told once, and probed now and then',
    read: 'is answered 502 partner-misconfigured',
  },
  malformed: {
    when: 'the partner answered something that makes no sense',
    delivery: 'is treated as an unknown outcome where it moves money, else as unavailable',
    read: 'is answered 502 partner-malformed',
  },
  unsupported: {
    when: 'this adapter, or this generation of the partner, cannot do that',
    delivery: 'is parked for a person',
    read: 'is answered 502 not-supported',
  },
};
