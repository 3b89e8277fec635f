import { fail, redirect } from '@sveltejs/kit';
import { cancelRefusal } from '#lib/server/cancel-form.ts';
import { type FieldErrors, forOwner, sentence, text } from '#lib/server/forms.ts';
import { readOrderPage } from '#lib/server/order-page.ts';
import { orderPath, readOrder, UNPAID_PARAMETER } from '#lib/server/orders.ts';
import { readPaymentReturn } from '#lib/server/payment-return.ts';
import { statusOf } from '#lib/server/problem.ts';
import {
  type RefundValues,
  readRefundRequest,
  readRefundValues,
  refundRefusal,
  staleRequest,
  withdrawRefusal,
} from '#lib/server/refund-form.ts';
import { settings } from '#lib/server/shop-settings.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const shown = await forOwner(url, locals.api, () => readOrderPage(locals.api, params.id));
  const { order } = shown;
  return {
    ...shown,
    title: `Order ${order.number}`,
    cameForCheckout: url.searchParams.has(UNPAID_PARAMETER),
    paymentReturn: order.status === 'pending' ? readPaymentReturn(url.searchParams) : undefined,
    returnUrl: `${settings.origin ?? url.origin}${orderPath(params.id)}`,
    // Created when the page renders, so that submitting a form twice sends one request.
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

  async revoke({ locals, params }) {
    try {
      await locals.api.delete(`${orderPath(params.id)}/keys`);
    } catch (error) {
      return fail(statusOf(error), { revoke: { message: sentence(error) } });
    }
    return { revoke: { message: '' } };
  },

  async withdraw({ locals, params, request }) {
    const refundId = text(await request.formData(), 'refund_id');
    try {
      await locals.api.post(`/refunds/${encodeURIComponent(refundId)}/withdraw`, {});
    } catch (error) {
      return fail(statusOf(error), { withdraw: { refundId, message: withdrawRefusal(error) } });
    }
    redirect(303, `${orderPath(params.id)}#refunds`);
  },

  async refund({ locals, params, request }) {
    const { api } = locals;
    const form = await request.formData();
    const values = readRefundValues(form);
    const key = text(form, 'idempotency_key') || crypto.randomUUID();
    let currency = settings.currency;
    try {
      const order = await readOrder(api, params.id);
      currency = order.currency;
      const stale = staleRequest(values, order);
      if (stale) return rejectedRefund(409, values, {}, stale, key);
      const read = readRefundRequest(values, order, Number(text(form, 'refundable')));
      if ('errors' in read) return rejectedRefund(400, values, read.errors, undefined, key);
      await api.post(`${orderPath(params.id)}/refunds`, read.body, { idempotencyKey: key });
    } catch (error) {
      const { errors, message } = refundRefusal(error, currency);
      // After a response, the next click is a new request; without one, it retries the same request.
      const gotResponse = statusOf(error) < 500;
      return rejectedRefund(statusOf(error), values, errors, message, gotResponse ? crypto.randomUUID() : key);
    }
    redirect(303, `${orderPath(params.id)}#refunds`);
  },
};

function rejectedRefund(
  status: number,
  values: RefundValues,
  errors: FieldErrors,
  message: string | undefined,
  idempotencyKey: string,
) {
  return fail(status, { refund: { values, errors, message, idempotencyKey } });
}
