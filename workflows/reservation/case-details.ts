import { formatMoney } from '../../domain/money.ts';
import type { HoldResult, ReservationOutcome } from './messages.ts';

const OUTCOMES: Record<ReservationOutcome, string> = {
  not_held: 'Nothing was held.',
  committed: 'Sold: the hold became an order.',
  released: 'Released: the stock went back on sale.',
  expired: 'Expired: the stock went back on sale.',
};

/** The case in Markdown, for support staff. */
export function describeReservation(
  reservationId: string,
  result: HoldResult | undefined,
  outcome: ReservationOutcome | undefined,
): string {
  const parts = [`### Hold ${reservationId}`];
  if (outcome) parts.push(OUTCOMES[outcome]);
  else if (result?.outcome === 'held')
    parts.push(`Held until **${result.expiresAt}**; then the stock goes back unless it was paid.`);
  else parts.push('Waiting for the hold.');
  if (result?.outcome === 'held') {
    parts.push(
      ['| Item | Quantity | Price |', '| --- | --- | --- |']
        .concat(
          result.lines.map(
            (line) =>
              `| ${line.name} (${line.sku}) | ${line.quantity} | ${formatMoney(line.unitPriceCents, result.currency)} |`,
          ),
        )
        .join('\n'),
    );
  }
  if (result?.outcome === 'out_of_stock') {
    parts.push(
      result.lines.map((line) => `- ${line.name}: asked for ${line.requested}, ${line.available} left`).join('\n'),
    );
  }
  return parts.join('\n\n');
}
