import { condition, upsertSearchAttributes } from '@temporalio/workflow';
import { toDecimal } from '../../domain/money.ts';
import { refuse } from '../shared/failures.ts';
import { amountKey, needsApprovalKey, orderIdKey } from '../shared/search-attributes.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';
import type { RefundFacts, RefundInput, RefundOutcome } from './messages.ts';

/** The state of one refund's workflow, which support staff see in the workflow's details. */
export class RefundCase {
  readonly input: RefundInput;
  facts: RefundFacts | undefined;
  /** Why the request was refused. */
  refusal: string | undefined;
  /** Whether its record has changed, or Stripe sent an event of it, since it was last read. */
  news = false;
  outcome: RefundOutcome | undefined;
  readonly stuck = new StuckSteps();
  #needsApproval = false;

  constructor(input: RefundInput) {
    this.input = input;
  }

  /** Waits until the refund has been requested or loaded. @throws ApplicationFailure conflict when no refund was requested */
  async whenLoaded(): Promise<RefundFacts> {
    await condition(() => this.facts !== undefined || this.outcome !== undefined || this.refusal !== undefined);
    if (!this.facts) throw refuse('conflict', 'No refund was requested.');
    return this.facts;
  }

  apply(refund: RefundFacts): void {
    this.facts = refund;
    const needsApproval = refund.status === 'awaiting_approval';
    if (needsApproval !== this.#needsApproval) {
      this.#needsApproval = needsApproval;
      upsertSearchAttributes([
        { key: orderIdKey, value: refund.orderId },
        { key: amountKey, value: toDecimal(refund.amountCents, refund.currency) },
        { key: needsApprovalKey, value: needsApproval },
      ]);
    }
  }

  markRefused(message: string): void {
    this.refusal = message;
  }

  markEnded(outcome: RefundOutcome): RefundOutcome {
    this.outcome = outcome;
    return outcome;
  }

  toJSON(): Record<string, unknown> {
    const { input, facts, refusal, outcome } = this;
    return { orderId: input.orderId, refund: facts, refusal, stopped: this.stuck.current, outcome };
  }
}
