/** The form by which a shopper asks for money back: read, checked, and what the API says to it in the shopper's words. */
import { costOf } from '#lib/amounts.ts';
import type { Order } from '#lib/contracts.ts';
import { formatMoney } from '#lib/format.ts';
import { type FieldErrors, fieldErrors, sentence, text } from './forms.ts';
import { isProblem } from './problem.ts';

export const LONGEST_REASON = 500;

/** As it was sent, to be shown again. */
export interface RefundValues {
  what: 'items' | 'everything';
  /** Units by product id. */
  units: Record<string, string>;
  reason: string;
}

export interface RefundBody {
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
    what: text(form, 'what') === 'everything' ? 'everything' : 'items',
    units: Object.fromEntries(units.map((name) => [name.slice(UNITS.length), text(form, name)])),
    reason: text(form, 'reason'),
  };
}

/**
 * @param refundable what the page said is left of the payment: where the items cost more than that, it is all that is asked for.
 * Read from the form, so that the same form asks for the same again.
 */
export function readRefundWish(
  values: RefundValues,
  order: Order,
  refundable: number,
  isReturn: boolean,
): { body: RefundBody } | { errors: FieldErrors } {
  const errors: FieldErrors = {};
  const lines = Object.entries(values.units)
    .map(([product_id, units]) => ({ product_id, quantity: Number(units) }))
    .filter(({ quantity }) => quantity !== 0);
  if (values.reason === '') errors.reason = 'Tell us why, in a few words.';
  else if (values.reason.length > LONGEST_REASON) errors.reason = `Use at most ${LONGEST_REASON} characters.`;
  const body = { reason: values.reason, await_return: isReturn };
  if (values.what === 'everything') return Object.keys(errors).length > 0 ? { errors } : { body };

  if (lines.length === 0) errors.units = 'Choose at least one item.';
  else if (lines.some(({ quantity }) => !Number.isInteger(quantity) || quantity < 1 || quantity > 100))
    errors.units = 'Choose how many of each item.';
  if (Object.keys(errors).length > 0) return { errors };
  const prices = new Map(order.items.map((item) => [item.product_id, item.price]));
  const cost = costOf(
    lines.map(({ product_id, quantity }) => ({ price: prices.get(product_id) ?? 0, quantity })),
    order.currency,
  );
  return { body: { ...body, lines, ...(refundable > 0 && cost > refundable ? { amount: refundable } : {}) } };
}

/** What to tell when the API does not grant it. @throws the error itself when it is not a problem */
export function refundRefusal(error: unknown, currency: string): { errors: FieldErrors; message: string | undefined } {
  const message = sentence(error);
  if (!isProblem(error)) throw error;
  const { reason } = fieldErrors(error.errors);
  if (reason) return { errors: { reason }, message: undefined };
  return { errors: {}, message: refusalInWords(error.code, error.extra.refundable_amount, currency) ?? message };
}

/** The API speaks to programs and to staff, too: what a shopper can do is said here. */
function refusalInWords(code: string, refundable: unknown, currency: string): string | undefined {
  switch (code) {
    case 'refund_exceeds_charge':
      return typeof refundable === 'number' && refundable > 0
        ? `That is more than the ${formatMoney(refundable, currency)} that are left of your payment. Choose less.`
        : 'Nothing is left of your payment: all of it has gone back already, or is on its way.';
    case 'order_not_refundable':
      return 'This order has moved on meanwhile, and nothing of it can be given back any more.';
    case 'idempotency_key_reused':
      return 'You have sent this form before, with other items. See under Refunds what was asked for; to ask for this as well, send it again.';
    case 'invalid_request':
      return 'Some of these items have been given back meanwhile. Look at what is left, and choose again.';
    default:
      return undefined;
  }
}
