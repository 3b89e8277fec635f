import { formatMoney } from '../../domain/money.ts';
import { atTime, plain, table } from '../shared/markdown.ts';
import type { StuckSteps } from '../shared/stuck-steps.ts';
import type { ReservationOutcome, ReservationResult } from './messages.ts';

const OUTCOMES: Record<ReservationOutcome, string> = {
  not_reserved: 'Nothing was reserved.',
  committed: 'Sold: the reservation became an order.',
  released: 'Released: the stock went back on sale.',
  expired: 'Expired: the stock went back on sale.',
};

export interface ReservationFacts {
  reservationId: string;
  result: ReservationResult | undefined;
  expiresAt: string | undefined;
  outcome: ReservationOutcome | undefined;
  /** The time is over, but its order may still be paid. */
  awaitsPayment: boolean;
  stopped: StuckSteps['current'];
}

/** The case in Markdown, for support staff. */
export function describeReservation(facts: ReservationFacts): string {
  const { reservationId, result, expiresAt, outcome, awaitsPayment, stopped } = facts;
  const parts = [`### Reservation ${reservationId}`];
  if (stopped) {
    parts.push(
      `**Stopped since ${atTime(stopped.since)}**: ${stopped.what}. ${plain(stopped.why)}`,
      'It is tried again by itself.',
    );
  }
  if (outcome) parts.push(OUTCOMES[outcome]);
  else if (awaitsPayment) {
    parts.push(
      '**Its time is over, but its order may still be paid.** The items stay reserved until the payment is settled at Stripe. Open the order to see how it stands.',
    );
  } else if (result?.outcome === 'reserved') {
    parts.push(
      `Reserved until **${atTime(expiresAt ?? result.expiresAt)}**; then the stock goes back unless it was paid.`,
      '**What you can do now** (Send an Update): `extendReservation`, once; `release`, unless an order stands on it',
    );
  } else parts.push('Waiting for the reservation.');
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
  if (result?.outcome === 'existing') parts.push(`The shopper kept the reservation they had: ${result.reservationId}.`);
  if (result?.outcome === 'limited') parts.push(`Refused: ${result.message}`);
  if (result?.outcome === 'out_of_stock') {
    parts.push(
      result.lines
        .map((line) => `- ${plain(line.name)}: asked for ${line.requested}, ${line.available} left`)
        .join('\n'),
    );
  }
  return parts.join('\n\n');
}
