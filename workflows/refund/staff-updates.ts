/** What people decide about a refund that waits: at the Temporal UI, or by the API where it takes a sign-in. */
import { setHandler } from '@temporalio/workflow';
import type { DecisionResult } from '../../activities/refunds/decision-ledger.ts';
import { uiActor } from '../../domain/identity.ts';
import type { localSteps, StepName } from '../shared/described-steps.ts';
import { refuse } from '../shared/failures.ts';
import { aFlag, checkRequest, describeUpdate, optional, refusalOfTexts } from '../shared/staff.ts';
import type { RefundCase } from './case.ts';
import {
  cancelRefundUpdate,
  decideRefundUpdate,
  declineReturnUpdate,
  giveUpRefundUpdate,
  type RefundFacts,
  type RefundState,
  retryRefundUpdate,
  returnReceivedUpdate,
} from './messages.ts';

const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Parcel is here, unused' };

/** The steps by which people decide. */
export const DECISIONS = [
  'cancelRefund',
  'decideRefund',
  'declineReturn',
  'giveUpRefund',
  'receiveReturn',
  'recordAsked',
  'retryRefund',
] as const satisfies readonly StepName[];

export function handleStaffUpdates(
  refund: RefundCase,
  short: ReturnType<typeof localSteps<(typeof DECISIONS)[number]>>,
): void {
  const settle = (result: DecisionResult): RefundFacts => {
    if (result.outcome === 'refused') throw refuse(result.code, result.message);
    refund.apply(result.refund);
    return result.refund;
  };
  const answer = ({ refundId, status }: RefundFacts): RefundState => ({ refundId, status });
  /** While a refund is only just taken up from the database, the records themselves decide. */
  const requireStatus = (status: RefundFacts['status'], what: string) => {
    if (refund.facts && refund.facts.status !== status)
      throw refuse('conflict', `${what} This refund is ${refund.facts.status.replaceAll('_', ' ')}.`);
  };

  setHandler(
    decideRefundUpdate,
    async (request) => {
      await refund.whenLoaded();
      return settle(await short.decideRefund(request));
    },
    {
      description:
        'A support lead’s decision, sent by the shop when they are signed in: POST /api/refunds/:id/approve or /reject. From here it is refused, and the try is recorded.',
      // A try to approve without a sign-in is accepted and then refused, so that it stands in the order's record.
      validator: (request) => {
        if (!request || request.refundId !== (refund.facts?.refundId ?? refund.input.refundId))
          throw refuse('invalid_request', 'This decision is for another refund.');
        if (request.decision !== 'approve' && request.decision !== 'reject')
          throw refuse('invalid_request', '“decision” is "approve" or "reject".');
        const { requestedBy, reason } = request;
        const problem = refusalOfTexts({ requestedBy, reason });
        if (problem) throw refuse('invalid_request', problem);
      },
    },
  );

  const returnExample = { ...EXAMPLE, restock: true };
  setHandler(
    returnReceivedUpdate,
    async ({ requestId, requestedBy, reason, restock }) => {
      const { refundId } = await refund.whenLoaded();
      const received = { refundId, requestId, actor: uiActor(requestedBy), reason, restock: restock ?? false };
      return answer(settle(await short.receiveReturn(received)));
    },
    {
      description: describeUpdate(
        'The returned items are here: the money goes back. "restock" puts them back on sale. Above your limit a support lead has to agree.',
        returnExample,
      ),
      validator: (request) => {
        checkRequest(request, returnExample, { restock: optional(aFlag('restock')) });
        requireStatus('awaiting_return', 'No return is awaited.');
      },
    },
  );
  setHandler(
    declineReturnUpdate,
    async ({ requestId, requestedBy, reason = '' }) => {
      const { refundId } = await refund.whenLoaded();
      return answer(settle(await short.declineReturn({ refundId, requestId, actor: uiActor(requestedBy), reason })));
    },
    {
      description: describeUpdate(
        'The return did not come, or can’t be taken: no money goes back. The shopper reads the reason.',
        {
          ...EXAMPLE,
          reason: 'The items did not arrive within 30 days',
        },
      ),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        requireStatus('awaiting_return', 'No return is awaited.');
      },
    },
  );
  setHandler(
    retryRefundUpdate,
    async ({ requestId, requestedBy, reason }) => {
      const { refundId, status } = await refund.whenLoaded();
      if (status === 'failed')
        return answer(settle(await short.retryRefund({ refundId, requestId, actor: uiActor(requestedBy), reason })));
      await short.recordAsked({
        orderId: refund.facts!.orderId,
        requestId,
        type: 'retry_asked',
        message: `Tried again: ${refund.stuck.current?.what ?? 'the refund'}`,
        actor: uiActor(requestedBy),
        reason,
      });
      refund.stuck.retryNow();
      return answer(refund.facts!);
    },
    {
      description: describeUpdate(
        'Retries what has stopped, when its cause is gone. With refunds made in the meantime it may need approval.',
        EXAMPLE,
      ),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        if (!refund.stuck.current) throw refuse('conflict', 'Nothing has stopped here: there is nothing to try again.');
      },
    },
  );
  setHandler(
    giveUpRefundUpdate,
    async ({ requestId, requestedBy, reason = '' }) => {
      const { refundId } = await refund.whenLoaded();
      return answer(settle(await short.giveUpRefund({ refundId, requestId, actor: uiActor(requestedBy), reason })));
    },
    {
      description: describeUpdate(
        'Ends a failed refund whose money went back in another way; say how in "reason". It counts as given back; items that it was to cancel stay canceled and go back on sale.',
        {
          ...EXAMPLE,
          reason: 'Paid by bank transfer',
        },
      ),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        requireStatus('failed', 'Only a failed refund is given up.');
      },
    },
  );
  setHandler(
    cancelRefundUpdate,
    async ({ requestId, requestedBy, reason = '' }) => {
      const { refundId } = await refund.whenLoaded();
      return answer(settle(await short.cancelRefund({ refundId, requestId, actor: uiActor(requestedBy), reason })));
    },
    {
      description: describeUpdate(
        'Takes a failed refund back: no money is given back, and items that it was to cancel ship. The shopper reads the reason.',
        { ...EXAMPLE, reason: 'You asked us to send the items after all' },
      ),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        requireStatus('failed', 'Only a failed refund can be canceled.');
      },
    },
  );
}
