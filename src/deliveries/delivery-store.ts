/** What the delivery engine asks of its store. PostgreSQL is one; the simulation's is the other. */
import type { ServiceIdentifier } from 'inversify';
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { DeliveriesTable, DeliveryAttemptsTable, PartnerStatesTable } from '../store/tables.js';

export type Delivery = Selectable<DeliveriesTable>;
export type PartnerState = Selectable<PartnerStatesTable>;
export type DeliveryPatch = Omit<Updateable<DeliveriesTable>, 'request' | 'result'> & { result?: object };
export type PartnerPatch = Omit<Updateable<PartnerStatesTable>, 'biller_id'>;
export type Attempt = Omit<Insertable<DeliveryAttemptsTable>, 'exchanges'> & { exchanges: readonly unknown[] };

/** It ended, or waits for a person. */
export const isSettled = ({ state }: Delivery): boolean => state !== 'queued';

/** A person has said how it ended: whatever the partner has, it need not be known there by our id. */
export const isSettledByHand = ({ result }: Delivery): boolean => 'settledBy' in (result as object);

/** What is not held back, and has not failed of late. */
export const SOUND = {
  ...{ blocked_since: null, blocked_until: null, cause: null, code: null, detail: null, failures: 0, blocks: 0 },
} satisfies Omit<PartnerState, 'biller_id'>;

/** How far a delivery has come, without what it is about. */
export const PROGRESS = [
  ...(['id', 'biller_id', 'kind', 'state', 'version', 'attempts'] as const),
  ...(['lease_token', 'doubtful_until', 'created_at'] as const),
] satisfies (keyof DeliveriesTable)[];
export type DeliveryProgress = Pick<Delivery, (typeof PROGRESS)[number]>;

/** A delivery held by this transaction until it ends, and the time by the one clock that all hosts share. */
export interface Locked<Of = DeliveryProgress> {
  delivery: Of;
  now: Date;
}

/** With its partner's state, locked as well; how many deliveries of the biller are leased now, and how many may be. */
export interface LockedForClaim extends Locked<Delivery> {
  partner: PartnerState;
  leased: number;
  limit: number;
}

/** With its partner's state where that is not sound or may be changed; then it is locked as well. Undefined: nothing holds it back. */
export interface LockedForConclusion extends Locked {
  partner: PartnerState | undefined;
}

/**
 * All of it is committed together, or none of it. Deliveries are locked first and then partners, each in one order for all works
 * that begin together: two transactions that go about it in two ways wait for one another.
 */
export interface DeliveryTransaction {
  lockForClaim(id: string): Promise<LockedForClaim | undefined>;
  /** @param mayChange whether the partner's state may have to be changed */
  lockForConclusion(id: string, billerId: string, mayChange: boolean): Promise<LockedForConclusion | undefined>;
  /** For one work after another: what those before have written is in it. */
  lockPartner(billerId: string): Promise<PartnerState>;
  /** The latest ten, newest first. */
  latestAttempts(deliveryId: string): Promise<{ code: string | null; message: string | null }[]>;
  save(id: string, patch: DeliveryPatch): Promise<void>;
  savePartner(billerId: string, patch: PartnerPatch): Promise<void>;
  record(attempt: Attempt): Promise<void>;
  enqueue(delivery: { id: string; biller_id: string }, startAfter?: Date): Promise<void>;
  /** Deliveries whose lease has ended, locked; some of them, where they are many. */
  endedLeases(): Promise<Locked[]>;
  /** Deliveries that have been due for a while, and that no job is for, locked; some of them, where they are many. */
  forgotten(): Promise<Locked[]>;
}

/** What a transaction is for; those of one step may be put together. */
export type DeliveryStep = 'claim' | 'conclude';

export interface DeliveryStore {
  /** The work may be done more than once; only its last time counts. */
  transact<T>(step: DeliveryStep, work: (transaction: DeliveryTransaction) => Promise<T>): Promise<T>;
  /** For work that takes whatever it finds: never together with others. */
  transactAlone<T>(work: (transaction: DeliveryTransaction) => Promise<T>): Promise<T>;
  paymentOf(returned: Delivery): Promise<Delivery | undefined>;
  /** Gives every lease that still stands its full time again. @returns the tokens of those */
  renew(tokens: readonly string[]): Promise<string[]>;
}

export const DELIVERY_STORE: ServiceIdentifier<DeliveryStore> = Symbol('delivery-store');
