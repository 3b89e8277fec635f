/** Updates by which staff decide about a refund: sent in the Temporal UI, or by the API where the sender must sign in. */
import { setHandler } from '@temporalio/workflow';
import type { DecisionResult } from '../../activities/refunds/decision-ledger.ts';
import { uiActor } from '../../domain/identity.ts';
import type { localSteps, StepName } from '../shared/described-steps.ts';
import { refuse } from '../shared/failures.ts';
import { RETRY_FIELDS, requireStopped } from '../shared/retry-update.ts';
import {
  aFlag,
  checkRequest,
  describeUpdate,
  NOTE_EXAMPLE,
  NOTE_FIELDS,
  optional,
  refusalOfTexts,
} from '../shared/staff.ts';
import type { RefundCase } from './case.ts';
import { anAmount, lineList, readForm } from './form.ts';
import {
  addRefundNoteUpdate,
  decideRefundUpdate,
  declineReturnUpdate,
  giveUpRefundUpdate,
  type RefundFacts,
  type RefundState,
  retryRefundUpdate,
  returnReceivedUpdate,
  withdrawRefundUpdate,
} from './messages.ts';

const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Parcel is here, unused' };

const WITHDRAWABLE = 'Only a refund that waits for approval or a return, or that failed, can be withdrawn.';

/** The activities that carry out these updates. */
export const DECISIONS = [
  'addRefundNote',
  'decideRefund',
  'declineReturn',
  'giveUpRefund',
  'loadOrder',
  'receiveReturn',
  'recordRequest',
  'retryRefund',
  'withdrawRefund',
] as const satisfies readonly StepName[];

export function handleStaffUpdates(
  refund: RefundCase,
  short: ReturnType<typeof localSteps<(typeof DECISIONS)[number]>>,
): void {
  const applyDecision = (result: DecisionResult): RefundFacts => {
    if (result.outcome === 'refused') throw refuse(result.code, result.message);
    refund.apply(result.refund);
    return result.refund;
  };
  const stateOf = ({ refundId, status }: RefundFacts): RefundState => ({ refundId, status });
  /** A resumed run that has not loaded the refund yet accepts the request, and the activity checks the status. */
  const requireStatus = (allowed: readonly RefundFacts['status'][], what: string) => {
    if (refund.facts && !allowed.includes(refund.facts.status))
      throw refuse('conflict', `${what} This refund is ${refund.facts.status.replaceAll('_', ' ')}.`);
  };

  setHandler(
    decideRefundUpdate,
    async (request) => {
      await refund.whenLoaded();
      return applyDecision(await short.decideRefund(request));
    },
    {
      description:
        'A support lead’s decision, sent by the API: POST /api/refunds/:id/approve or /reject. Sent from here, it is refused and the attempt is recorded.',
      // An approval without a sign-in passes the validator, and the activity refuses it and records the attempt in the order's history.
      validator: (request) => {
        if (!request || request.refundId !== (refund.facts?.refundId ?? refund.input.refundId))
          throw refuse('invalid_request', 'This decision is for a different refund.');
        if (request.decision !== 'approve' && request.decision !== 'reject')
          throw refuse('invalid_request', '“decision” must be "approve" or "reject".');
        const { requestedBy, reason } = request;
        const problem = refusalOfTexts({ requestedBy, reason });
        if (problem) throw refuse('invalid_request', problem);
      },
    },
  );

  const returnExample = { ...EXAMPLE, restock: true };
  setHandler(
    returnReceivedUpdate,
    async ({ requestId, requestedBy, reason, restock, lines, amount }) => {
      const { refundId, orderId } = await refund.whenLoaded();
      const isPart = lines !== undefined || amount !== undefined;
      const order = isPart ? await short.loadOrder({ orderId }) : undefined;
      const part = order ? readForm(order, { lines, amount }) : {};
      if (typeof part === 'string') throw refuse('invalid_request', part);
      const received = { refundId, requestId, actor: uiActor(requestedBy), reason, restock: restock ?? false, ...part };
      return stateOf(applyDecision(await short.receiveReturn(received)));
    },
    {
      description: describeUpdate(
        'Records that the items were returned, and makes the refund. "restock" returns them to stock. If only a part arrived, send "lines" with SKUs and quantities: the refund is then for these only. Send a lower "amount" to refund less. Above your limit, a support lead must approve the refund.',
        returnExample,
      ),
      validator: (request) => {
        checkRequest(request, returnExample, {
          restock: optional(aFlag('restock')),
          lines: optional(lineList),
          amount: optional(anAmount),
        });
        requireStatus(['awaiting_return'], 'No return is expected.');
      },
    },
  );
  setHandler(
    declineReturnUpdate,
    async ({ requestId, requestedBy, reason = '' }) => {
      const { refundId } = await refund.whenLoaded();
      return stateOf(
        applyDecision(await short.declineReturn({ refundId, requestId, actor: uiActor(requestedBy), reason })),
      );
    },
    {
      description: describeUpdate(
        'Declines the return because the items did not arrive or can’t be accepted. Nothing is refunded. The customer sees the reason.',
        {
          ...EXAMPLE,
          reason: 'The items did not arrive within 30 days',
        },
      ),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        requireStatus(['awaiting_return'], 'No return is expected.');
      },
    },
  );
  setHandler(
    retryRefundUpdate,
    async ({ requestId, requestedBy, reason, onlyOutages }) => {
      const { refundId, status } = await refund.whenLoaded();
      if (status === 'failed' && !onlyOutages)
        return stateOf(
          applyDecision(await short.retryRefund({ refundId, requestId, actor: uiActor(requestedBy), reason })),
        );
      await short.recordRequest({
        orderId: refund.facts!.orderId,
        requestId,
        type: 'retry_requested',
        message: `Retry requested: ${refund.stuck.current?.what ?? 'the refund'}`,
        actor: uiActor(requestedBy),
        reason,
      });
      refund.stuck.retryNow();
      return stateOf(refund.facts!);
    },
    {
      description: describeUpdate(
        'Retries the failed refund or the stopped step now. Send it once the cause is fixed. The refund may need approval if other refunds were made in the meantime.',
        EXAMPLE,
      ),
      validator: (request) => {
        checkRequest(request, EXAMPLE, RETRY_FIELDS);
        requireStopped(refund.stuck, request);
      },
    },
  );
  setHandler(
    giveUpRefundUpdate,
    async ({ requestId, requestedBy, reason = '' }) => {
      const { refundId } = await refund.whenLoaded();
      return stateOf(
        applyDecision(await short.giveUpRefund({ refundId, requestId, actor: uiActor(requestedBy), reason })),
      );
    },
    {
      description: describeUpdate(
        'Closes a failed refund that you paid another way; state how in "reason". The amount can’t be refunded again. Items that the refund canceled stay canceled and return to stock.',
        {
          ...EXAMPLE,
          reason: 'Paid by bank transfer',
        },
      ),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        requireStatus(['failed'], 'Only a failed refund can be given up.');
      },
    },
  );
  setHandler(
    addRefundNoteUpdate,
    async ({ requestId, requestedBy, note }) => {
      const { refundId } = await refund.whenLoaded();
      const added = await short.addRefundNote({ refundId, requestId, actor: uiActor(requestedBy), note: note.trim() });
      if (added.outcome === 'refused') throw refuse('conflict', added.message);
      return stateOf(refund.facts!);
    },
    {
      description: describeUpdate('Adds a note to the order history. Only staff see it.', NOTE_EXAMPLE),
      validator: (request) => checkRequest(request, NOTE_EXAMPLE, NOTE_FIELDS),
    },
  );
  const withdrawExample = { ...EXAMPLE, reason: 'You asked us to send the items after all' };
  setHandler(
    withdrawRefundUpdate,
    async ({ requestedBy, reason = '', proof }) => {
      const { refundId } = await refund.whenLoaded();
      return stateOf(applyDecision(await short.withdrawRefund({ refundId, requestedBy, reason, proof })));
    },
    {
      description: describeUpdate(
        'Withdraws a refund that waits for approval or for a return, or that failed. Nothing is refunded, and items that it would have canceled ship after all. The customer sees the reason.',
        withdrawExample,
      ),
      validator: (request) => {
        checkRequest(request, withdrawExample);
        requireStatus(['awaiting_approval', 'awaiting_return', 'failed', 'withdrawn'], WITHDRAWABLE);
      },
    },
  );
}
