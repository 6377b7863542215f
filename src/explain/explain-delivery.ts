/** Why a delivery stands as it stands, and what happens next. Pure. */
import { isInDoubt, isUnderWay } from '../deliveries/delivery-rules.js';
import type { Delivery, PartnerState } from '../deliveries/delivery-store.js';
import { isCalledOff } from '../deliveries/returned.js';
import { count, type Explanation, type Reason } from './explanation.js';

export interface DeliveryFacts {
  delivery: Delivery;
  /** A payment's return, a return's payment. */
  counterpart?: Delivery | undefined;
  /** Oldest first. */
  attempts: readonly {
    at: string;
    durationMs: number;
    outcome: string;
    code: string | null;
    message: string | null;
    exchanges: Explanation['exchanges'];
  }[];
  /** Set where the biller's deliveries are held back. */
  heldBack: PartnerState | undefined;
  /** What people did with it, oldest first. */
  audit: readonly { at: string; actor: string; action: string; reason: string | null }[];
  now: Date;
}

const NAMES = { payment: 'payment', return: 'return', paperless: 'paperless wish', autopay: 'autopay wish' } as const;
/** What an attempt's outcome means for what is done next; see the table in docs/error-kinds.md. */
const MEANS: Record<string, string> = {
  delivered: 'the partner took it',
  rejected: 'the partner said no, which is final',
  'not-found': 'the partner does not know the account, which is final',
  unavailable: 'the partner did not get it, so that it can be sent again',
  'unknown-outcome': 'it may have reached the partner, so that it must not be taken for a failure',
  misconfigured: 'the biller’s settings are wrong, which says nothing of the delivery',
  malformed: 'the partner’s answer made no sense, so that what it did is unknown',
  unsupported: 'it can’t be done at this partner',
};
const CAUSES = {
  failing: 'its partner failed too often',
  misconfigured: 'its settings are wrong',
  'by-hand': 'a person paused it',
} as const;

const instant = (at: Date | null): { at?: string } => (at ? { at: at.toISOString() } : {});

export function explainDelivery(facts: DeliveryFacts): Explanation {
  const { delivery, attempts, audit } = facts;
  const exchanges = attempts.flatMap((attempt) => attempt.exchanges);
  let seen = 0;
  const timeline: Reason[] = [
    {
      rule: 'accepted',
      says: `It was accepted${delivery.accepted_by ? ` from ${delivery.accepted_by}` : ''} and held durably.`,
      at: delivery.created_at.toISOString(),
    },
    ...attempts.map((attempt, index): Reason => {
      seen += attempt.exchanges.length;
      return {
        rule: attempt.outcome,
        says: `Attempt ${index + 1} took ${attempt.durationMs} ms: ${MEANS[attempt.outcome] ?? attempt.outcome}${attempt.message ? ` (${attempt.message})` : ''}.`,
        ...(attempt.code ? { field: 'code', value: attempt.code } : {}),
        at: attempt.at,
        ...(attempt.exchanges.length ? { exchange: seen - 1 } : {}),
      };
    }),
    ...audit.map(
      ({ at, actor, action, reason }): Reason => ({
        ...{ rule: action, at },
        says: `${actor} did ${action.replace('delivery.', '')}${reason ? `: ${reason}` : '; no reason was given'}.`,
      }),
    ),
  ].sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
  const now = [...standing(facts), ...returned(facts)];
  return { summary: now[0]?.says ?? '', reasons: [...now, ...timeline], exchanges };
}

/** What became of telling the partner that a payment was returned. */
const TOLD = {
  queued: 'the partner is to be told so',
  delivered: 'the partner was told so',
  rejected: 'told so, the partner refused it',
  parked: 'telling the partner so needs a person',
  cancelled: 'that was called off here',
} as const;

function returned({ delivery, counterpart }: DeliveryFacts): Reason[] {
  if (delivery.kind !== 'payment' || !counterpart) return [];
  const { code, returnedOn } = counterpart.request as { code: string; returnedOn: string };
  return [
    {
      ...{ rule: 'returned', field: 'code', value: code, at: counterpart.created_at.toISOString() },
      says: `Its bank returned it on ${returnedOn} (${code}): ${TOLD[isCalledOff(counterpart) ? 'cancelled' : counterpart.state]}.`,
    },
  ];
}

function standing({ delivery, counterpart, attempts, heldBack, audit, now }: DeliveryFacts): Reason[] {
  const name = NAMES[delivery.kind];
  const result = delivery.result as {
    confirmationNumber?: string;
    duplicate?: boolean;
    detail?: string;
    reason?: string;
    code?: string;
  };
  const byHand = audit.findLast(({ action }) => action === 'delivery.settle' || action === 'delivery.cancel');
  const hand = byHand ? ` That is what ${byHand.actor} decided: ${byHand.reason ?? 'no reason was given'}.` : '';
  switch (delivery.state) {
    case 'delivered':
      return [
        {
          rule: 'delivered-once',
          says: `The partner has this ${name}${result.confirmationNumber ? `, by its number ${result.confirmationNumber}` : ''}${result.duplicate ? '; it had it before this attempt, and has it once' : ''}.${hand}`,
          ...instant(delivery.updated_at),
        },
        ...(delivery.doubtful_until
          ? [
              {
                rule: 'confirmed-later',
                says: 'An earlier attempt may still be on its way; the value is set once more when it can’t be.',
                ...instant(delivery.doubtful_until),
              },
            ]
          : []),
      ];
    case 'rejected':
      return [
        {
          rule: 'rejection-is-final',
          says: `The partner refused this ${name}: ${result.detail ?? result.code ?? 'it gave no reason'}.${hand}`,
          ...(result.code ? { field: 'code', value: result.code } : {}),
        },
      ];
    case 'cancelled':
      return [{ rule: 'cancelled', says: `This ${name} was cancelled and is sent no more.${hand}` }];
    case 'parked':
      return [
        {
          rule: 'parked',
          says: `This ${name} needs a person: ${result.reason ?? 'it can’t go on by itself'}${result.detail ? ` (${result.detail})` : ''}.`,
          ...(result.code ? { field: 'code', value: result.code } : {}),
        },
        {
          rule: 'what-to-do',
          says: whatToDo(delivery, counterpart),
        },
      ];
    default:
      return queued({
        delivery,
        counterpart,
        heldBack,
        now,
        name,
        tried: attempts.length,
        code: result.code,
        detail: result.detail,
      });
  }
}

function whatToDo({ kind }: Delivery, counterpart: Delivery | undefined): string {
  if (kind === 'payment' && counterpart && !isCalledOff(counterpart))
    return 'Look for it at the partner: where it is there, settle it as delivered and send its return; else settle both as rejected.';
  if (kind === 'return' && counterpart?.state !== 'delivered')
    return 'Look for its payment at the partner: where it is there, settle that as delivered and send this again; else settle both as rejected.';
  return 'Look for it at the partner; then settle it as delivered or rejected, or send it again.';
}

function queued(at: {
  delivery: Delivery;
  counterpart: Delivery | undefined;
  heldBack: PartnerState | undefined;
  now: Date;
  name: string;
  tried: number;
  code: string | undefined;
  detail: string | undefined;
}): Reason[] {
  const { delivery, counterpart, heldBack, now, name, tried } = at;
  const mayStill = delivery.doubtful_until && delivery.doubtful_until > now;
  const doubt: Reason[] = isInDoubt(delivery)
    ? [
        {
          rule: 'doubt',
          says: `An earlier attempt may have reached the partner${mayStill ? ', which may still be working on it' : ''}.`,
          ...(mayStill ? instant(delivery.doubtful_until) : {}),
        },
      ]
    : [];
  if (isUnderWay(delivery, now))
    return [
      { rule: 'under-way', says: `An attempt of this ${name} is under way.`, ...instant(delivery.lease_until) },
      ...(delivery.doubtful_until ? doubt : []), // its token is this attempt's
    ];
  if (heldBack?.cause)
    return [
      {
        rule: 'biller-held-back',
        says: `This ${name} waits, since its biller is held back: ${CAUSES[heldBack.cause]}${heldBack.detail ? ` (${heldBack.detail})` : ''}.`,
        ...(heldBack.code ? { field: 'code', value: heldBack.code } : {}),
        ...instant(heldBack.blocked_since),
      },
      ...doubt,
    ];
  if (delivery.kind === 'return' && counterpart?.state === 'queued')
    return [
      { rule: 'payment-first', says: 'This return waits until its payment has ended, which itself still waits.' },
    ];
  if (delivery.next_attempt_at && delivery.next_attempt_at > now)
    return [
      {
        rule: 'backoff',
        says: `This ${name} waits for its next attempt, after ${count(tried, 'attempt', 'attempts')}${at.detail ? `: ${at.detail}` : ''}. The pauses grow up to 15 minutes.`,
        ...(at.code ? { field: 'code', value: at.code } : {}),
        ...instant(delivery.next_attempt_at),
      },
      ...doubt,
    ];
  return [
    { rule: 'waiting', says: `This ${name} waits for its turn: a worker takes it as soon as its biller has room.` },
    ...doubt,
  ];
}
