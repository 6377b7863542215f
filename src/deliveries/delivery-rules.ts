/** The rules of delivering: who may attempt, and what an attempt's end means. Pure: no clock, no store, no chance. */
import { type AdapterErrorKind, ENROLLMENT_KINDS, type EnrollmentKind, type RepeatSafety } from '@ic-host/contracts';
import type { DeliveryKind } from '../store/tables.js';
import {
  type Delivery,
  type DeliveryPatch,
  type DeliveryProgress,
  type PartnerPatch,
  type PartnerState,
  SOUND,
} from './delivery-store.js';
import { type Failure as SettledFailure, settle } from './settlement.js';

/** An attempt whose worker says nothing for this long is taken for lost. */
export const LEASE_MS = 15_000;
/** For this long after an attempt of unknown outcome the partner may still be working on it. */
export const DOUBT_MS = 60_000;
/** How soon a delivery that found its biller at its limit looks again. */
const FULL_PAUSE_MS = 200;
/** How soon one that found its biller blocked looks whether it still is. */
export const LOOK_AGAIN_MS = 5_000;
/** A partner that failed this often in a row is left alone for a while: the breaker that all hosts share. */
const FAILURES_TO_BLOCK = 10;
/** Code of what was given up before it was begun: its lease was lost, and another host may be at it, or this one ends. */
export const NOT_BEGUN = 'not-begun';
/** Of these, and of calls that waited too long behind others of their biller: they say nothing of the partner either. */
const OUR_OWN: ReadonlySet<string> = new Set(['no-turn', 'too-many-wait', NOT_BEGUN]);
/** The partner is there, and said no. */
const ANSWERED: ReadonlySet<AdapterErrorKind> = new Set(['rejected', 'not-found', 'unsupported']);
/** So many workers lost in a row over one delivery, and it is taken for what they were lost by. */
const LOST_TO_PARK = 5;
const FIRST_SPREAD_MS = 1_000;
const BLOCK_MS = { failing: [5_000, 60_000], misconfigured: [15_000, 300_000] } as const;

/**
 * How long a delivery waits whose worker was lost. What was under way beside the one that it was lost by isn't to be so the next
 * time, nor to be taken for it.
 * @param random between 0 and 1
 */
export const pauseAfterLoss = (attempts: number, random: () => number): number =>
  random() * FIRST_SPREAD_MS * 2 ** Math.min(attempts, LOST_TO_PARK);

/** What is told of an attempt whose worker was lost. */
export const WORKER_LOST = { code: 'worker-lost', detail: 'the worker that attempted this was lost' };

export type BlockCause = keyof typeof BLOCK_MS;

export const isEnrollment = (kind: DeliveryKind): kind is EnrollmentKind =>
  (ENROLLMENT_KINDS as readonly string[]).includes(kind);

/** Whether an attempt was begun of which nobody has told how it ended: the partner may have it. A lost worker leaves its token. */
export const isInDoubt = ({ doubtful_until, lease_token }: Delivery): boolean =>
  doubtful_until !== null || lease_token !== null;

/** @param restoredAt of late: then it may have been delivered before, and been handed over once more since the restore has lost it */
export const mayBeThere = (delivery: Delivery, restoredAt: Date | undefined): boolean =>
  isInDoubt(delivery) || restoredAt !== undefined;

/** Whether somebody is at it now. */
export const isUnderWay = ({ lease_until }: Delivery, now: Date): boolean => lease_until !== null && lease_until > now;

export type ClaimDecision =
  | { next: 'nothing' }
  | { next: 'later'; at: Date; because: 'blocked' | 'full' | 'early' }
  | {
      next: 'attempt';
      patch: DeliveryPatch;
      partner?: PartnerPatch;
      /** The worker before us died in its attempt: what it did at the partner is unknown. */
      predecessorLost: boolean;
      /** The first after a block: it finds out whether the others may go on. */
      probe: boolean;
    }
  /** It seems to end the hosts that attempt it: a person is to look. */
  | { next: 'park'; patch: DeliveryPatch };

export interface ClaimContext {
  partner: PartnerState;
  /** Deliveries of this biller under way on all hosts, and how many may be. */
  leased: number;
  limit: number;
  now: Date;
  token: string;
  /** Of the latest attempts in a row, those whose worker was lost; not counting the one that left its token here. */
  lostInARow: number;
}

export function decideClaim(row: Delivery, context: ClaimContext): ClaimDecision {
  const { partner, leased, limit, now, token, lostInARow } = context;
  const later = (ms: number) => new Date(now.getTime() + ms);
  const confirms = row.state === 'delivered' && isEnrollment(row.kind) && row.doubtful_until !== null;
  if ((row.state !== 'queued' && !confirms) || row.lease_until) return { next: 'nothing' };
  const due = confirms ? row.doubtful_until : row.next_attempt_at;
  if (due && due > now) return { next: 'later', at: due, because: 'early' };
  // A block may end before its time: a probe succeeds, a person releases it.
  if (partner.blocked_until && partner.blocked_until > now)
    return { next: 'later', at: later(Math.min(LOOK_AGAIN_MS, +partner.blocked_until - +now)), because: 'blocked' };
  if (leased >= limit) return { next: 'later', at: later(FULL_PAUSE_MS), because: 'full' };
  const predecessorLost = row.lease_token !== null;
  if (predecessorLost && lostInARow + 1 >= LOST_TO_PARK) {
    const reason = `${LOST_TO_PARK} workers in a row were lost as they attempted it`;
    return {
      next: 'park',
      patch: {
        ...{ state: 'parked', lease_token: null, attempts: row.attempts + 1, next_attempt_at: null },
        ...{ doubtful_until: later(DOUBT_MS), result: { partnerMessages: [], ...WORKER_LOST, reason } },
      },
    };
  }
  const patch: DeliveryPatch = {
    // A value that is sent once more is not certain until the partner has it.
    state: 'queued',
    lease_token: token,
    lease_until: later(LEASE_MS),
    ...(confirms ? { doubtful_until: null } : {}),
    ...(predecessorLost ? { attempts: row.attempts + 1, doubtful_until: later(DOUBT_MS) } : {}),
  };
  if (!partner.blocked_since) return { next: 'attempt', patch, predecessorLost, probe: false };
  // Not a pause, which has no end: a hold for a moment, whose host has ended before it let go.
  if (partner.cause === 'by-hand') return { next: 'attempt', patch, predecessorLost, probe: false, partner: SOUND };
  return { next: 'attempt', patch, predecessorLost, probe: true, partner: { blocked_until: later(2 * LEASE_MS) } };
}

export interface Failure extends SettledFailure {
  code: string;
  message: string;
  partnerMessages: readonly string[];
}

export type Outcome<Success> = { success: Success } | { failure: Failure } | { waitUntil: Date };

export interface ConclusionContext {
  repeatSafety: RepeatSafety;
  maxAgeMs: number;
  /** How many of the latest attempts, this one included, failed with the same answer of the partner's own. */
  equalAnswers: number;
  partner: PartnerState;
  probe: boolean;
  /** The host that ends has broken it off: that says nothing of the partner. */
  brokenOff: boolean;
  now: Date;
  /** Between 0 and 1. */
  random: () => number;
}

export interface Conclusion {
  patch?: DeliveryPatch;
  /** When its next job runs; undefined: it needs none. */
  enqueueAt?: Date;
  partner?: PartnerPatch;
  /** What an operator is told, once. */
  news?: 'paused' | 'resumed' | 'parked';
}

/**
 * @param row as it is now, under lock
 * @param claimed as it was when the attempt began
 */
export function conclude(
  row: DeliveryProgress,
  claimed: DeliveryProgress,
  outcome: Outcome<object>,
  context: ConclusionContext,
): Conclusion {
  const concluded = concludeByOutcome(row, claimed, outcome, context);
  if (context.partner.cause !== 'by-hand') return concluded;
  // A person paused it: no attempt that was under way then changes that.
  const { partner: _, news, ...own } = concluded;
  return news === 'parked' ? { ...own, news } : own;
}

function concludeByOutcome(
  row: DeliveryProgress,
  claimed: DeliveryProgress,
  outcome: Outcome<object>,
  context: ConclusionContext,
): Conclusion {
  const { now } = context;
  const release = { lease_token: null, lease_until: null };
  const fenced = row.lease_token !== claimed.lease_token;
  if ('waitUntil' in outcome) {
    if (fenced) return {};
    const { waitUntil } = outcome;
    return { patch: { ...release, next_attempt_at: waitUntil }, enqueueAt: waitUntil, ...givenBack(context) };
  }
  const failure = 'failure' in outcome ? outcome.failure : undefined;
  const unknown = failure?.kind === 'unknown-outcome' || failure?.kind === 'malformed';
  const doubt = unknown ? { doubtful_until: new Date(now.getTime() + DOUBT_MS) } : {};
  if (fenced) {
    // It outlived its lease: whatever it did at the partner, the newest wish goes out once more, so that it is the last.
    // A payment's newer attempt settles it; cancelled means that a person decided.
    if (!isEnrollment(row.kind) || row.state === 'cancelled') return {};
    return { patch: { state: 'queued', version: row.version + 1, next_attempt_at: null, ...doubt }, enqueueAt: now };
  }
  if (row.version !== claimed.version || row.state !== 'queued')
    return {
      patch: { ...release, ...doubt },
      ...(row.state === 'queued' ? { enqueueAt: now } : {}),
      ...givenBack(context),
    };

  const attempts = row.attempts + 1;
  if (!failure) {
    // An older attempt of unknown outcome may still be on its way: the value is set once more when it can't be any more.
    const confirmAt =
      isEnrollment(row.kind) && row.doubtful_until && row.doubtful_until > now ? row.doubtful_until : null;
    return {
      patch: {
        ...release,
        state: 'delivered',
        attempts,
        next_attempt_at: null,
        doubtful_until: confirmAt,
        result: (outcome as { success: object }).success,
      },
      ...(confirmAt ? { enqueueAt: confirmAt } : {}),
      ...recovered(context.partner),
    };
  }
  const told = { partnerMessages: failure.partnerMessages, code: failure.code, detail: failure.message };
  if (failure.kind === 'misconfigured') {
    const blocked = block('misconfigured', failure, context);
    const news = context.partner.cause === 'misconfigured' ? {} : { news: 'paused' as const };
    return {
      patch: { ...release, next_attempt_at: null, result: told },
      enqueueAt: blocked.blocked_until,
      partner: blocked,
      ...news,
    };
  }
  const settlement = settle(
    failure,
    {
      delivery: row.kind,
      repeatSafety: context.repeatSafety,
      attempts,
      ageMs: now.getTime() - row.created_at.getTime(),
      maxAgeMs: context.maxAgeMs,
      isDoubted: row.doubtful_until !== null,
      equalAnswers: context.equalAnswers,
    },
    context.random,
  );
  const partner = ANSWERED.has(failure.kind)
    ? recovered(context.partner)
    : isOfPartner(failure, context.brokenOff)
      ? failed(failure, context)
      : givenBack(context);
  if (settlement.next === 'rejected')
    return { patch: { ...release, state: 'rejected', attempts, next_attempt_at: null, result: told }, ...partner };
  if (settlement.next === 'parked')
    return {
      patch: {
        ...{ ...release, ...doubt, state: 'parked' as const, attempts, next_attempt_at: null },
        result: { ...told, reason: settlement.reason },
      },
      ...partner,
      news: 'parked',
    };
  const again = new Date(now.getTime() + settlement.inMs);
  return {
    patch: { ...release, ...doubt, attempts, next_attempt_at: again, result: told },
    enqueueAt: again,
    ...partner,
  };
}

/** Whether a failure says something of the partner, neither of what it was asked nor of this host. */
export const isOfPartner = ({ kind, code }: Failure, brokenOff: boolean): boolean =>
  kind === 'misconfigured' || !(ANSWERED.has(kind) || brokenOff || OUR_OWN.has(code));

/** The partner answered: whatever held its deliveries back is over. */
function recovered(partner: PartnerState): Pick<Conclusion, 'partner' | 'news'> {
  if (!partner.blocked_since && partner.failures === 0) return {};
  return { partner: SOUND, ...(partner.cause === 'misconfigured' ? { news: 'resumed' as const } : {}) };
}

/** A probe that found nothing out: the next goes at once, not when this one would have been over. */
function givenBack({ partner, probe, now }: ConclusionContext): Pick<Conclusion, 'partner'> {
  return probe && partner.blocked_since ? { partner: { blocked_until: now } } : {};
}

function failed(failure: Failure, context: ConclusionContext): Pick<Conclusion, 'partner'> {
  const failures = context.partner.failures + 1;
  if (failures < FAILURES_TO_BLOCK && !context.partner.blocked_since) return { partner: { failures } };
  return { partner: { ...block('failing', failure, context), failures } };
}

function block(cause: BlockCause, { code, message }: Failure, { partner, probe, now }: ConclusionContext) {
  const again = partner.cause === cause;
  // Attempts that were under way when the block began say the same once more: they don't lengthen it.
  if (again && !probe && partner.blocked_until && partner.blocked_until > now)
    return { blocked_until: partner.blocked_until };
  const [first, longest] = BLOCK_MS[cause];
  const blocks = again ? partner.blocks + 1 : 1;
  return {
    blocked_since: (again && partner.blocked_since) || now,
    blocked_until: new Date(now.getTime() + Math.min(longest, first * 2 ** (blocks - 1))),
    ...{ blocks, cause, code, detail: message },
  };
}
