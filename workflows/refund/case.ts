import { condition } from '@temporalio/workflow';
import { toDecimal } from '../../domain/money.ts';
import { refuse } from '../shared/failures.ts';
import { caseAttributes, needsApprovalKey } from '../shared/search-attributes.ts';
import { showAttributes } from '../shared/show-attributes.ts';
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
  /** Keyed hash of where emails about the order go; null until the records are loaded. */
  emailHash: string | null = null;

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
    const { orderId, orderNumber, customerId, amountCents, currency, status } = refund;
    const amount = toDecimal(amountCents, currency);
    const createdAt = new Date(refund.createdAt);
    showAttributes([
      ...caseAttributes({ orderId, orderNumber, customerId, emailHash: this.emailHash, amount, createdAt }),
      { key: needsApprovalKey, value: status === 'awaiting_approval' ? true : null },
    ]);
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
