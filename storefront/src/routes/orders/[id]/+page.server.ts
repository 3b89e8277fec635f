import { fail, redirect } from '@sveltejs/kit';
import type { RefundList } from '#lib/contracts.ts';
import { shortId } from '#lib/format.ts';
import { sentence } from '#lib/server/forms.ts';
import { readOrder, settle } from '#lib/server/orders.ts';
import { readPaymentReturn } from '#lib/server/payment-return.ts';
import { isProblem } from '#lib/server/problem.ts';
import { settings } from '#lib/server/shop-settings.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const path = `/orders/${encodeURIComponent(params.id)}`;
  const order = await readOrder(locals.api, params.id);
  const [refunds, cartCount] = await Promise.all([
    order.captured_amount > 0 ? locals.api.get<RefundList>(`${path}/refunds`) : undefined,
    settle(locals.api, order),
  ]);
  return {
    title: `Order ${shortId(order.id)}`,
    order,
    refunds: refunds?.items ?? [],
    ...(cartCount === undefined ? {} : { cartCount }),
    paymentReturn: order.status === 'pending' ? readPaymentReturn(url.searchParams) : undefined,
    returnUrl: `${settings.origin ?? url.origin}${path}`,
    now: Date.now(),
  };
};

export const actions: Actions = {
  async cancel({ locals, params }) {
    try {
      await locals.api.post(`/orders/${encodeURIComponent(params.id)}/cancel`, {});
    } catch (error) {
      return fail(isProblem(error) ? error.status : 500, { message: sentence(error) });
    }
    redirect(303, `/orders/${params.id}`);
  },
};
