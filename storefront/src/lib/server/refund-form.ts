/** The form to cancel items or request a return: reads and validates it, and explains the API's refusals to the shopper. */
import type { ItemsRequest } from '#lib/after-purchase.ts';
import { costOf } from '#lib/amounts.ts';
import type { Order } from '#lib/contracts.ts';
import { formatMoney } from '#lib/format.ts';
import { hasShipped } from '../../../../domain/order-state.ts';
import { type FieldErrors, fieldErrors, sentence, text } from './forms.ts';
import { isProblem } from './problem.ts';

export const MAX_REASON_LENGTH = 500;

/** The form as submitted, to show it again. */
export interface RefundValues {
  kind: ItemsRequest;
  /** All remaining items can be returned without choosing each one. */
  what: 'items' | 'everything';
  /** Units by product ID. */
  units: Record<string, string>;
  reason: string;
}

export interface RefundBody {
  all?: true;
  lines?: { product_id: string; quantity: number }[];
  amount?: number;
  reason: string;
  await_return: boolean;
}

/** The field of an item's units is named by its product. */
const UNITS = 'units:';

export function readRefundValues(form: FormData): RefundValues {
  const units = [...form.keys()].filter((name) => name.startsWith(UNITS));
  return {
    kind: text(form, 'kind') === 'return' ? 'return' : 'cancel',
    what: text(form, 'what') === 'everything' ? 'everything' : 'items',
    units: Object.fromEntries(units.map((name) => [name.slice(UNITS.length), text(form, name)])),
    reason: text(form, 'reason'),
  };
}

/**
 * @param refundable the remaining balance of the payment as the page showed it. Items that cost more, after a refund by staff, are
 * requested for that balance. It comes from the form, so that resubmitting the form repeats the same request.
 */
export function readRefundRequest(
  values: RefundValues,
  order: Order,
  refundable: number,
): { body: RefundBody } | { errors: FieldErrors } {
  const errors: FieldErrors = {};
  const lines = Object.entries(values.units)
    .map(([product_id, units]) => ({ product_id, quantity: Number(units) }))
    .filter(({ quantity }) => quantity !== 0);
  if (values.reason === '') errors.reason = 'Enter a reason.';
  else if (values.reason.length > MAX_REASON_LENGTH) errors.reason = `Use ${MAX_REASON_LENGTH} characters or fewer.`;
  const body = { reason: values.reason, await_return: values.kind === 'return' };
  if (values.kind === 'return' && values.what === 'everything')
    return Object.keys(errors).length > 0 ? { errors } : { body: { ...body, all: true } };

  if (lines.length === 0) errors.units = 'Choose at least one item.';
  else if (lines.some(({ quantity }) => !Number.isInteger(quantity) || quantity < 1 || quantity > 100))
    errors.units = 'Choose a quantity for each item.';
  if (Object.keys(errors).length > 0) return { errors };
  const prices = new Map(order.items.map((item) => [item.product_id, item.price]));
  const cost = costOf(
    lines.map(({ product_id, quantity }) => ({ price: prices.get(product_id) ?? 0, quantity })),
    order.currency,
  );
  return { body: { ...body, lines, ...(refundable > 0 && cost > refundable ? { amount: refundable } : {}) } };
}

/** Explains why the form is outdated: the order has shipped since its page rendered. Undefined when it is not outdated. */
export function staleRequest(values: RefundValues, order: Order): string | undefined {
  // The API would treat it as a return, which the shopper did not request.
  return values.kind === 'cancel' && hasShipped(order.fulfillment)
    ? 'This order has already shipped, so its items can’t be canceled. You can request a return instead.'
    : undefined;
}

/** Returns the messages to show when the API refuses. @throws the error itself when it is not a problem */
export function refundRefusal(error: unknown, currency: string): { errors: FieldErrors; message: string | undefined } {
  const message = sentence(error);
  if (!isProblem(error)) throw error;
  const { reason } = fieldErrors(error.errors);
  if (reason) return { errors: { reason }, message: undefined };
  return { errors: {}, message: refusalMessage(error.code, error.extra.refundable_amount, currency) ?? message };
}

/** Why a request can’t be withdrawn, for the shopper. @throws the error itself when it is not a problem */
export function withdrawRefusal(error: unknown): string | undefined {
  if (!isProblem(error)) throw error;
  return isProblem(error, 'conflict', 'not_found')
    ? 'This request can no longer be withdrawn because its status has changed.'
    : sentence(error);
}

/** Messages that tell the shopper what to do, in place of the API's general ones. Undefined keeps the API's message. */
function refusalMessage(code: string, refundable: unknown, currency: string): string | undefined {
  switch (code) {
    case 'refund_exceeds_charge':
      return typeof refundable === 'number' && refundable > 0
        ? `This refund is more than the ${formatMoney(refundable, currency)} remaining on your payment. Check the amount below and submit it again.`
        : 'Your full payment has already been refunded, or the refund is on its way.';
    case 'order_not_refundable':
      return 'This order has changed, and its items can no longer be refunded.';
    case 'idempotency_key_reused':
      return 'You already submitted this form with different items. See your request under Refunds. To request these items too, submit it again.';
    case 'invalid_request':
      return 'Some of these items were already canceled or returned. Check the remaining items and choose again.';
    default:
      return undefined;
  }
}
