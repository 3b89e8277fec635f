import { fail, isRedirect, redirect } from '@sveltejs/kit';
import type { Cart } from '#lib/contracts.ts';
import { addToCart, readCart, removeFromCart, setQuantity } from '#lib/server/cart.ts';
import { track } from '#lib/server/events.ts';
import { sentence, text } from '#lib/server/forms.ts';
import { unpaidOrder, unpaidOrderPath } from '#lib/server/orders.ts';
import { isProblem } from '#lib/server/problem.ts';
import { reserveCart } from '#lib/server/reservations.ts';
import type { Actions, PageServerLoad } from './$types';

const QUANTITY_MESSAGE = 'Choose a quantity from 1 to 100.';

export const load: PageServerLoad = async ({ locals }) => {
  const [cart, unpaid] = await Promise.all([readCart(locals.api), unpaidOrder(locals.api)]);
  return {
    title: 'Cart',
    cart,
    unpaid: unpaid && { id: unpaid.id, expires_at: unpaid.expires_at },
    cartCount: cart?.item_count ?? 0,
    // Created when the page renders, so that a double click sends one request.
    idempotencyKey: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  async add({ locals, request }) {
    const form = await request.formData();
    const quantity = readQuantity(form);
    if (quantity === undefined) return fail(400, { message: QUANTITY_MESSAGE });
    const productId = text(form, 'product_id');
    // Pages without scripts send none: every click is a new request.
    const key = text(form, 'key') || crypto.randomUUID();
    try {
      track(locals, added(await addToCart(locals.api, productId, quantity, key), productId, quantity));
    } catch (error) {
      return failed(error);
    }
    redirect(303, '/cart');
  },

  async update({ locals, request }) {
    const form = await request.formData();
    const quantity = readQuantity(form);
    if (quantity === undefined) return fail(400, { message: QUANTITY_MESSAGE });
    const productId = text(form, 'product_id');
    try {
      const cart = await setQuantity(locals.api, productId, quantity);
      const more = quantity - (quantityBefore(form) ?? quantity);
      if (more > 0) track(locals, added(cart, productId, more));
      if (more < 0) track(locals, { event: 'remove_from_cart', product_id: productId, quantity: -more });
    } catch (error) {
      return failed(error);
    }
    redirect(303, '/cart');
  },

  async remove({ locals, request }) {
    const form = await request.formData();
    const productId = text(form, 'product_id');
    try {
      await removeFromCart(locals.api, productId);
      track(locals, { event: 'remove_from_cart', product_id: productId, quantity: quantityBefore(form) });
    } catch (error) {
      return failed(error);
    }
    redirect(303, '/cart');
  },

  async checkout({ locals, request }) {
    const form = await request.formData();
    let next: string;
    try {
      const result = await reserveCart(locals.api, text(form, 'idempotency_key') || crypto.randomUUID());
      if ('short' in result) return fail(409, { short: result.short, idempotencyKey: crypto.randomUUID() });
      if ('unpaidOrderId' in result) redirect(303, unpaidOrderPath(locals.api, result.unpaidOrderId));
      next = `/checkout/${result.reserved.id}`;
      const { items, total, currency } = result.reserved;
      const itemCount = items.reduce((count, item) => count + item.quantity, 0);
      track(locals, { event: 'checkout_start', item_count: itemCount, total, currency });
    } catch (error) {
      if (isRedirect(error)) throw error;
      // After a response, the next click is a new request; without one, it retries the same request.
      const gotResponse = isProblem(error) && error.status < 500;
      return failed(error, gotResponse ? crypto.randomUUID() : undefined);
    }
    redirect(303, next);
  },
};

function readQuantity(form: FormData, name = 'quantity'): number | undefined {
  const quantity = Number(text(form, name));
  return Number.isInteger(quantity) && quantity >= 1 && quantity <= 100 ? quantity : undefined;
}

/** The quantity that the page showed. Only analytics use it. */
function quantityBefore(form: FormData): number | undefined {
  return readQuantity(form, 'was');
}

function added(cart: Cart, productId: string, quantity: number) {
  const item = cart.items.find(({ product_id }) => product_id === productId);
  return {
    event: 'add_to_cart',
    product_id: productId,
    quantity,
    price: item?.price,
    currency: item?.currency,
  } as const;
}

function failed(error: unknown, idempotencyKey?: string) {
  return fail(isProblem(error) ? error.status : 500, { message: sentence(error), idempotencyKey });
}
