/** Parses what a refund that staff request in the Temporal UI is for. */
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import { refundCents } from '../../domain/refund.ts';
import type { RefundLine } from '../../domain/refund-units.ts';
import { type FieldCheck, optional } from '../shared/staff.ts';

export interface NamedLine {
  /** SKU or product ID. */
  product: string;
  quantity: number;
}

export const anAmount: FieldCheck = (value) =>
  Number.isFinite(value) && (value as number) > 0
    ? undefined
    : '“amount” must be a number greater than 0, such as 12.50.';

export const allFlag: FieldCheck = (value) =>
  value === true ? undefined : '“all” must be true, to refund everything that remains; otherwise omit it.';

export const lineList: FieldCheck = (value) => {
  const shape = '“lines” must be a list such as [{"product": "MUG-1", "quantity": 1}].';
  if (!Array.isArray(value) || value.length === 0) return shape;
  const isLine = (line: unknown) => {
    const { product, quantity } = (line ?? {}) as Record<string, unknown>;
    return typeof product === 'string' && Number.isSafeInteger(quantity) && (quantity as number) > 0;
  };
  return value.every(isLine) ? undefined : shape;
};

/** What a refund is for: everything that remains, lines (for less than their price with an amount), or an amount. */
export interface RefundPart {
  all?: true;
  /** Decimal, in the order's currency. */
  amount?: number;
  lines?: readonly NamedLine[];
}

/** Checks of the fields of a `RefundPart`. */
export const PART_FIELDS: Readonly<Record<keyof RefundPart, FieldCheck>> = {
  all: optional(allFlag),
  amount: optional(anAmount),
  lines: optional(lineList),
};

/** A request that states nothing, such as one that was meant for another update, must not refund everything. */
export function problemOfPart({ all, amount, lines }: RefundPart): string | undefined {
  const hasPart = (amount ?? lines) != null;
  if (all ? !hasPart : hasPart) return undefined;
  const choices = 'Send "all": true to refund everything that remains, "lines" to refund items, or an "amount".';
  return all ? `Send “all” without “amount” and “lines”. ${choices}` : `State what to refund. ${choices}`;
}

/** @returns the amount in minor units and the lines by product ID, or a sentence that states what is invalid */
export function readForm(
  order: OrderFacts,
  form: RefundPart,
): { amountCents: number | undefined; lines: RefundLine[] | undefined } | string {
  const amountCents = form.amount == null ? undefined : refundCents(form.amount, order.currency);
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
