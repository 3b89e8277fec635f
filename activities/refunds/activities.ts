import type { ActivityDependencies } from '../dependencies.ts';
import * as ledger from './refund-ledger.ts';

export function createRefundActivities({ db }: Pick<ActivityDependencies, 'db'>) {
  return {
    /** Safe to retry: the refund's id meets the refund that was made before. */
    requestRefund: (request: ledger.RefundRequest) => ledger.requestRefund(db, request),

    loadRefund: async ({ refundId }: { refundId: string }) => (await ledger.readRefund(db, refundId)) ?? null,

    /** Safe to retry: booked once for each state that Stripe reports. */
    recordRefund: (outcome: ledger.StripeRefundOutcome) => ledger.recordRefund(db, outcome),
  };
}
