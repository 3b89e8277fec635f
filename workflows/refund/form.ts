/** Parses the amount and lines of a refund that staff request in the Temporal UI. */
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import { refundCents } from '../../domain/refund.ts';
import type { RefundLine } from '../../domain/refund-units.ts';
import type { FieldCheck } from '../shared/staff.ts';

export interface NamedLine {
  /** SKU or product ID. */
  product: string;
  quantity: number;
}

export const anAmount: FieldCheck = (value) =>
  Number.isFinite(value) && (value as number) > 0
    ? undefined
    : '“amount” must be a number greater than 0, such as 12.50. Omit it to refund everything that remains.';

export const lineList: FieldCheck = (value) => {
  const shape = '“lines” must be a list such as [{"product": "MUG-1", "quantity": 1}].';
  if (!Array.isArray(value) || value.length === 0) return shape;
  const isLine = (line: unknown) => {
    const { product, quantity } = (line ?? {}) as Record<string, unknown>;
    return typeof product === 'string' && Number.isSafeInteger(quantity) && (quantity as number) > 0;
  };
  return value.every(isLine) ? undefined : shape;
};

/** @returns the amount in minor units and the lines by product ID, or a sentence that states what is invalid */
export function readForm(
  order: OrderFacts,
  form: { amount?: number; lines?: readonly NamedLine[] },
): { amountCents: number | undefined; lines: RefundLine[] | undefined } | string {
  const amountCents = form.amount === undefined ? undefined : refundCents(form.amount, order.currency);
  if (typeof amountCents === 'string') return `“amount”: ${amountCents}`;
  const lines = form.lines && readLines(order, form.lines);
  return typeof lines === 'string' ? lines : { amountCents, lines };
}

/** @returns the lines by product ID, or a sentence that names the product that is not in the order */
export function readLines(order: Pick<OrderFacts, 'lines'>, named: readonly NamedLine[]): RefundLine[] | string {
  const lines: RefundLine[] = [];
  for (const { product, quantity } of named) {
    const line = order.lines.find((each) => each.sku === product || each.productId === product.toLowerCase());
    if (!line) {
      const skus = order.lines.map((each) => each.sku).join(', ');
      return `“${product}” is not in this order. Its SKUs are ${skus}.`;
    }
    lines.push({ productId: line.productId, quantity });
  }
  return lines;
}
