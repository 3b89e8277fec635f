import { fail, redirect } from '@sveltejs/kit';
import { leftToReturn, refundOffer } from '#lib/after-purchase.ts';
import type { RefundList } from '#lib/contracts.ts';
import { shortId } from '#lib/format.ts';
import { cancelRefusal } from '#lib/server/cancel-form.ts';
import { type FieldErrors, text } from '#lib/server/forms.ts';
import { orderPath, readOrder, settle, UNPAID_PARAMETER } from '#lib/server/orders.ts';
import { readPaymentReturn } from '#lib/server/payment-return.ts';
import { isProblem } from '#lib/server/problem.ts';
import { type RefundValues, readRefundValues, readRefundWish, refundRefusal } from '#lib/server/refund-form.ts';
import { settings } from '#lib/server/shop-settings.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const order = await readOrder(locals.api, params.id);
  const [refunds, cartCount] = await Promise.all([
    order.captured_amount > 0 ? locals.api.get<RefundList>(`${orderPath(params.id)}/refunds`) : undefined,
    settle(locals.api, order),
  ]);
  return {
    title: `Order ${shortId(order.id)}`,
    order,
    refunds: refunds?.items ?? [],
    refundable: refunds?.refundable_amount ?? 0,
    left: leftToReturn(order.items, refunds?.items ?? []),
    ...(cartCount === undefined ? {} : { cartCount }),
    cameForCheckout: url.searchParams.has(UNPAID_PARAMETER),
    paymentReturn: order.status === 'pending' ? readPaymentReturn(url.searchParams) : undefined,
    returnUrl: `${settings.origin ?? url.origin}${orderPath(params.id)}`,
    now: Date.now(),
    // Made when the page is drawn, so that sending a form twice asks once.
    idempotencyKey: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  async cancel({ locals, params, request }) {
    const reason = text(await request.formData(), 'reason');
    try {
      await locals.api.post(`${orderPath(params.id)}/cancel`, reason ? { reason } : {});
    } catch (error) {
      const { errors, message } = cancelRefusal(error);
      return fail(statusOf(error), { cancel: { reason, errors, message } });
    }
    redirect(303, orderPath(params.id));
  },

  async refund({ locals, params, request }) {
    const { api } = locals;
    const form = await request.formData();
    const values = readRefundValues(form);
    const order = await readOrder(api, params.id);
    const wish = readRefundWish(values, order, Number(text(form, 'refundable')), refundOffer(order) === 'return');
    const key = text(form, 'idempotency_key') || crypto.randomUUID();
    if ('errors' in wish) return notSent(400, values, wish.errors, undefined, key);
    try {
      await api.post(`${orderPath(params.id)}/refunds`, wish.body, { idempotencyKey: key });
    } catch (error) {
      const { errors, message } = refundRefusal(error, order.currency);
      // After an answer the next press is another request; without one it is the same, asked again.
      const answered = statusOf(error) < 500;
      return notSent(statusOf(error), values, errors, message, answered ? crypto.randomUUID() : key);
    }
    redirect(303, `${orderPath(params.id)}#refunds`);
  },
};

function statusOf(error: unknown): number {
  return isProblem(error) ? error.status : 500;
}

function notSent(
  status: number,
  values: RefundValues,
  errors: FieldErrors,
  message: string | undefined,
  idempotencyKey: string,
) {
  return fail(status, { refund: { values, errors, message, idempotencyKey } });
}
