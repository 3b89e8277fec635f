import { formatMoney } from '../../domain/money.ts';
import { atTime, plain, stoppedText, table } from '../shared/markdown.ts';
import type { StuckSteps } from '../shared/stuck-steps.ts';
import type { ReservationOutcome, ReservationResult } from './messages.ts';

const OUTCOMES: Record<ReservationOutcome, string> = {
  not_reserved: 'Nothing was reserved.',
  committed: 'Sold: the order was paid.',
  released: 'Released: the items returned to stock.',
  expired: 'Expired: the items returned to stock.',
};

const EXTEND = '`extendReservation` (once), ';
const RELEASE = '`release` (only before an order is placed)';

export interface ReservationFacts {
  reservationId: string;
  result: ReservationResult | undefined;
  expiresAt: string | undefined;
  outcome: ReservationOutcome | undefined;
  /** Whether the reservation's time has passed while its order may still be paid. */
  awaitsPayment: boolean;
  /** Whether it was extended, which is possible once. */
  isExtended: boolean;
  stopped: StuckSteps['current'];
}

/** Renders the case in Markdown for support staff. */
export function describeReservation(facts: ReservationFacts): string {
  const { reservationId, result, expiresAt, outcome, awaitsPayment, isExtended, stopped } = facts;
  const parts = [
    `### Reservation ${reservationId}`,
    ...stoppedText(
      stopped,
      'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now.',
    ),
  ];
  if (outcome) parts.push(OUTCOMES[outcome]);
  else if (awaitsPayment) {
    parts.push(
      '**The time to pay is over, but a payment may be in progress.** The items stay reserved until Stripe confirms or cancels the payment. Open the order to see its status.',
    );
  } else if (result?.outcome === 'reserved') {
    parts.push(
      `Reserved until **${atTime(expiresAt ?? result.expiresAt)}**. If the order is not paid by then, the items return to stock.`,
      `**What you can do now** (Send an Update): ${isExtended ? '' : EXTEND}${RELEASE}`,
    );
  } else if (!stopped) parts.push('Waiting for the reservation request.');
  if (result?.outcome === 'reserved') {
    parts.push(
      table(
        ['Item', 'SKU', 'Quantity', 'Price'],
        result.lines.map((line) => [
          plain(line.name),
          plain(line.sku),
          `${line.quantity}`,
          formatMoney(line.unitPriceCents, result.currency),
        ]),
      ),
    );
  }
  if (result?.outcome === 'existing')
    parts.push(`The customer kept their existing reservation ${result.reservationId}.`);
  if (result?.outcome === 'limited') parts.push(`Refused: ${result.message}`);
  if (result?.outcome === 'out_of_stock') {
    parts.push(
      result.lines
        .map((line) => `- ${plain(line.name)}: ${line.requested} requested, ${line.available} available`)
        .join('\n'),
    );
  }
  return parts.join('\n\n');
}
