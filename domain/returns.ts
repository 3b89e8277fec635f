/** Returns of which only a part arrived. */
import { lineTotalCents, sumCents } from './money.ts';
import { addUp, type RefundableOrder, type RefundLine } from './refund-units.ts';

interface ExpectedReturn {
  amountCents: number;
  lines: readonly (RefundLine & { name: string })[];
}

export interface ArrivedPart {
  /** The units that arrived; undefined when all did. */
  lines?: readonly RefundLine[];
  /** What staff refund for them, in minor units, if less than their price. */
  amountCents?: number;
}

/**
 * What a return refunds when this part of it arrived: at most the price of the units that arrived, and at most what was requested.
 * @returns a sentence that names the problem when these units were not expected, or the amount is too high
 */
export function arrivedPart<Return extends ExpectedReturn>(
  expected: Return,
  order: Pick<RefundableOrder, 'lines'>,
  arrived: ArrivedPart,
): Pick<Return, 'amountCents' | 'lines'> | { refused: string } {
  const lines = arrived.lines ? arrivedLines(expected, order, arrived.lines) : expected.lines;
  if (typeof lines === 'string') return { refused: lines };
  const most = arrived.lines ? Math.min(expected.amountCents, priceOf(lines, order)) : expected.amountCents;
  const amountCents = arrived.amountCents ?? most;
  if (amountCents > most)
    return { refused: 'The amount is more than this return refunds for these items. Omit it or enter a lower amount.' };
  if (amountCents === 0)
    return { refused: 'These items were free, so there is nothing to refund. Decline the return.' };
  return { amountCents, lines };
}

function arrivedLines(
  expected: ExpectedReturn,
  order: Pick<RefundableOrder, 'lines'>,
  arrived: readonly RefundLine[],
): ExpectedReturn['lines'] | string {
  const units = addUp(arrived);
  for (const [productId, quantity] of units) {
    const line = expected.lines.find((each) => each.productId === productId);
    if (!line) {
      const name = order.lines.find((each) => each.productId === productId)?.name ?? productId;
      return `“${name}” is not part of this return.`;
    }
    if (quantity > line.quantity)
      return `Only ${line.quantity} of “${line.name}” were expected, but ${quantity} were specified.`;
  }
  return expected.lines.flatMap((line) => {
    const quantity = units.get(line.productId);
    return quantity ? [{ ...line, quantity }] : [];
  });
}

function priceOf(lines: readonly RefundLine[], order: Pick<RefundableOrder, 'lines'>): number {
  const unitPrice = (productId: string) =>
    order.lines.find((line) => line.productId === productId)?.unitPriceCents ?? 0;
  return sumCents(lines.map(({ productId, quantity }) => lineTotalCents(unitPrice(productId), quantity)));
}
