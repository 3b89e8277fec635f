import type { RefundLimits } from '../../domain/refund.ts';
import { actorOf, decisionSubject, isProven, refundIdOf, refundSubject, type Sender } from '../../infra/actor-proof.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { type OrderStepResult, stepOrder } from '../orders/order-steps.ts';
import { signalOrder } from '../orders/signal-order.ts';
import * as cancellation from './cancellation-ledger.ts';
import * as decisions from './decision-ledger.ts';
import { notifyRefunds } from './notify-refund.ts';
import { readRefundFacts } from './refund-facts.ts';
import * as ledger from './refund-ledger.ts';
import type { SentDecision, SentRefundRequest, SentWithdrawal } from './requests.ts';
import { withdrawRefund } from './withdrawal-ledger.ts';

export function createRefundActivities(deps: Pick<ActivityDependencies, 'db' | 'settings' | 'temporal' | 'log'>) {
  const { db, settings } = deps;
  const limits: RefundLimits = {
    customerCents: settings.REFUND_LIMIT_CUSTOMER_CENTS,
    supportCents: settings.REFUND_LIMIT_SUPPORT_CENTS,
    leadCents: settings.REFUND_LIMIT_LEAD_CENTS,
  };
  const rules: ledger.RefundRules = { limits, returnDays: settings.RETURN_DAYS };
  const { JWT_SECRET: secret } = settings;
  /** Signals the order workflow after a change. */
  const signaled = async <Result extends { outcome: string }>(
    work: Promise<Result>,
    orderIdOf: (result: Result) => string | undefined,
  ) => {
    const result = await work;
    const orderId = orderIdOf(result);
    if (orderId) await signalOrder(deps, orderId);
    return result;
  };
  const decided = (work: Promise<decisions.DecisionResult>) =>
    signaled(work, (result) => (result.outcome === 'decided' ? result.refund.orderId : undefined));

  return {
    /** Safe to retry: the refund ID finds the refund that an earlier attempt created. */
    async requestRefund(request: SentRefundRequest): Promise<ledger.RequestedRefund> {
      const refundId = request.refundId ?? refundIdOf(request.orderId, request.requestId);
      const actor = actorOf(secret, request, refundSubject(refundId));
      const result = await signaled(ledger.requestRefund(db, rules, { ...request, refundId, actor }), (requested) =>
        requested.outcome === 'accepted' ? request.orderId : undefined,
      );
      if (result.outcome === 'accepted') await notifyRefunds(deps, request.orderId, result.replaced);
      return result;
    },

    loadRefund: async ({ refundId }: { refundId: string }) => (await readRefundFacts(db, refundId)) ?? null,

    /** Safe to retry: recorded once per state that Stripe reports. */
    async recordRefund(outcome: ledger.StripeRefundOutcome) {
      const refund = await ledger.recordRefund(db, outcome);
      await signalOrder(deps, refund.orderId);
      return refund;
    },

    /** Safe to retry: the same decision by the same person returns the same result. */
    decideRefund(request: SentDecision): Promise<decisions.DecisionResult> {
      const subject = decisionSubject(request.refundId, request.decision);
      const actor = actorOf(secret, request, subject);
      return decided(decisions.decideWaiting(db, { ...request, actor, isProven: isProven(secret, request, subject) }));
    },

    /** Safe to retry: the items of a return are received once. */
    receiveReturn: (request: decisions.ReturnRequest) => decided(decisions.receiveReturn(db, limits, request)),
    declineReturn: (request: Required<decisions.RetryRequest>) => decided(decisions.declineReturn(db, request)),

    /** Safe to retry: a refund that is already pending again is returned unchanged. */
    retryRefund: (request: decisions.RetryRequest) => decided(decisions.retryFailed(db, limits, request)),
    giveUpRefund: (request: Required<decisions.RetryRequest>) => decided(decisions.giveUpFailed(db, request)),

    /** Safe to retry: a refund is withdrawn once per attempt. */
    withdrawRefund({ refundId, reason, ...sender }: SentWithdrawal): Promise<decisions.DecisionResult> {
      const actor = actorOf(secret, sender, decisionSubject(refundId, 'withdraw'));
      return decided(withdrawRefund(db, { refundId, reason, actor }));
    },

    /** Safe to retry: added once per request ID. */
    async addRefundNote(request: {
      refundId: string;
      requestId: string;
      actor: string;
      note: string;
    }): Promise<OrderStepResult> {
      const { refundId, note, ...sent } = request;
      const refund = await readRefundFacts(db, refundId);
      if (!refund) return { outcome: 'refused', message: `Refund ${refundId} was not found.` };
      const { orderId } = refund;
      const step = { action: 'addNote', note, refundId } as const;
      return signaled(stepOrder(db, { ...sent, orderId, step }), ({ outcome }) =>
        outcome === 'done' ? orderId : undefined,
      );
    },

    /** Safe to retry: the ID of the cancellation's refund derives from the request ID. */
    async cancelPaid(request: {
      orderId: string;
      requestId: string;
      sender: Sender;
      reason: string;
    }): Promise<cancellation.CanceledPaid> {
      const { orderId, requestId, sender, reason } = request;
      const refundId = refundIdOf(orderId, requestId);
      const actor = actorOf(secret, sender, refundSubject(refundId));
      const result = await cancellation.cancelPaid(db, limits, { refundId, orderId, requestId, actor, reason });
      if (result.outcome !== 'refused') await notifyRefunds(deps, orderId, result.replaced);
      return result;
    },
  };
}
