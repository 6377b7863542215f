/** Whether a payment's bank has taken it back: sent again then, it would be money that nobody has. */
import { type RawBuilder, sql } from 'kysely';
import { type Delivery, isSettledByHand } from './delivery-store.js';

/** A person has given a return up, or settled it as refused: then its payment stands as if it had never come. */
export const isCalledOff = (returned: Delivery): boolean =>
  returned.state === 'cancelled' || (returned.state === 'rejected' && isSettledByHand(returned));

/**
 * Whatever became of telling the partner so, unless {@link isCalledOff}.
 * @param payment how the query calls the delivery that is the payment
 */
export const isReturned = (payment: string): RawBuilder<boolean> => sql<boolean>`exists (
  select from deliveries r
  where r.biller_id = ${sql.ref(`${payment}.biller_id`)} and r.kind = 'return' and r.key = ${sql.ref(`${payment}.key`)}
    and r.state <> 'cancelled' and not (r.state = 'rejected' and r.result ? 'settledBy'))`;
