import { fail, redirect } from '@sveltejs/kit';
import type { User } from '#lib/contracts.ts';
import { priceChanges } from '#lib/price-changes.ts';
import type { Api } from '#lib/server/api.ts';
import { readCart } from '#lib/server/cart.ts';
import { readCheckout } from '#lib/server/checkout-page.ts';
import { forOwner, text, texts } from '#lib/server/forms.ts';
import { addressPath, orderPath } from '#lib/server/orders.ts';
import { addressRefusal, placeOrder } from '#lib/server/place-order.ts';
import { isProblem, statusOf } from '#lib/server/problem.ts';
import { releaseReservation } from '#lib/server/reservations.ts';
import { ADDRESS_FIELDS, type AddressValues, readShipping } from '#lib/server/shipping.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const { api } = locals;
  const [checkout, user, cart] = await Promise.all([
    forOwner(url, api, () => readCheckout(api, params.id)),
    signedInUser(api),
    // The page works without the cart, which only tells which prices have changed.
    readCart(api).catch(() => undefined),
  ]);
  // Shoppers who come back from the payment can correct the address there, until the order is paid.
  if (checkout.reservation.order_id !== null) redirect(303, addressPath(checkout.reservation.order_id));
  return {
    ...checkout,
    priceChanges: priceChanges(checkout.reservation.items, cart),
    title: 'Checkout',
    email: user?.email,
    name: user?.full_name ?? '',
    idempotencyKey: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  async place({ locals, params, request, url }) {
    const { api } = locals;
    const form = await request.formData();
    const values: AddressValues = texts(form, [...ADDRESS_FIELDS, 'email']);
    const shipping = readShipping(values, !api.cookies.signedIn);
    if ('errors' in shipping) return fail(400, { values, errors: shipping.errors, message: undefined });

    let orderId: string;
    try {
      const key = text(form, 'idempotency_key') || crypto.randomUUID();
      orderId = (await forOwner(url, api, () => placeOrder(api, params.id, shipping, key))).id;
    } catch (error) {
      // The page shows that the reservation has expired, and how to check out again.
      if (isProblem(error, 'reservation_ended')) redirect(303, `/checkout/${params.id}`);
      return fail(statusOf(error), addressRefusal(error, values));
    }
    api.cookies.keepUnpaidOrder(orderId);
    redirect(303, orderPath(orderId));
  },

  async release({ locals, params }) {
    await releaseReservation(locals.api, params.id);
    redirect(303, '/cart');
  },
};

async function signedInUser(api: Api): Promise<User | undefined> {
  if (!api.cookies.signedIn) return undefined;
  try {
    return await api.get<User>('/me');
  } catch (error) {
    // A shopper whose session has ended continues as a guest; the cart ID still grants access to the reservation.
    if (isProblem(error) && error.status === 401) return undefined;
    throw error;
  }
}
