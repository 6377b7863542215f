/** BriteCore's rule of who may not pay. */
import type { PaymentBlock } from '@ic-host/contracts';
import { asList, asObject, type PolicyData } from './wire-types.js';

/** Blocks both ways of paying when one tag says poor payment history and the policy's cancellation is pending. */
export function paymentBlockOf(policy: PolicyData, operation: string): PaymentBlock {
  const poor = asList(policy.system_tags).some((item) => {
    const tag = asObject(item);
    return tag.name === 'Poor Payment History' && tag.value === true;
  });
  const status = asObject(policy.active_revision).policy_status;
  const pending =
    typeof status === 'string'
      ? status.includes('Cancellation Pending')
      : asList(status).some((entry) => String(entry).includes('Cancellation Pending'));
  const because = [
    { field: 'system_tags[Poor Payment History].value', value: String(poor), operation },
    {
      field: 'active_revision.policy_status',
      value: asList(status)
        .concat(typeof status === 'string' ? status : [])
        .map(String)
        .join(', ')
        .slice(0, 500),
      operation,
    },
  ];
  return poor && pending
    ? { ach: true, card: true, reason: 'Poor Payment History is set and the policy is Cancellation Pending', because }
    : { ach: false, card: false, reason: null, because };
}
