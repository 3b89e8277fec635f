import { condition, upsertSearchAttributes } from '@temporalio/workflow';
import { toDecimal } from '../../domain/money.ts';
import { refuse } from '../shared/failures.ts';
import { amountKey, needsApprovalKey, orderIdKey } from '../shared/search-attributes.ts';
import { Trouble } from '../shared/trouble.ts';
import type { RefundFacts, RefundInput, RefundOutcome } from './messages.ts';

/** What is known of one refund; support staff read it in the workflow's details. */
export class RefundCase {
  readonly input: RefundInput;
  refund: RefundFacts | undefined;
  /** Why it was not accepted. */
  refusal: string | undefined;
  /** Its record has changed, or Stripe has news of it. */
  news = false;
  outcome: RefundOutcome | undefined;
  readonly trouble = new Trouble();
  #needsApproval = false;

  constructor(input: RefundInput) {
    this.input = input;
  }

  /** Waits until the refund is there. @throws ApplicationFailure conflict when there is none */
  async loaded(): Promise<RefundFacts> {
    await condition(() => this.refund !== undefined || this.outcome !== undefined || this.refusal !== undefined);
    if (!this.refund) throw refuse('conflict', 'Nothing is refunded here.');
    return this.refund;
  }

  is(refund: RefundFacts): void {
    this.refund = refund;
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

  refused(message: string): void {
    this.refusal = message;
  }

  ended(outcome: RefundOutcome): RefundOutcome {
    this.outcome = outcome;
    return outcome;
  }

  toJSON(): Record<string, unknown> {
    const { input, refund, refusal, outcome } = this;
    return { orderId: input.orderId, refund, refusal, stopped: this.trouble.current, outcome };
  }
}
