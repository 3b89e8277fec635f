import { fail, redirect } from '@sveltejs/kit';
import { addToCart, readCart, removeFromCart, setQuantity } from '#lib/server/cart.ts';
import { sentence, text } from '#lib/server/forms.ts';
import { holdCart } from '#lib/server/holds.ts';
import { unpaidOrder } from '#lib/server/orders.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

const QUANTITY_MESSAGE = 'Choose a quantity from 1 to 100.';

export const load: PageServerLoad = async ({ locals }) => {
  const [cart, unpaid] = await Promise.all([readCart(locals.api), unpaidOrder(locals.api)]);
  return {
    title: 'Cart',
    cart,
    unpaid: unpaid && { id: unpaid.id, expires_at: unpaid.expires_at },
    cartCount: cart?.item_count ?? 0,
    // Made when the page is drawn, so that pressing the button twice asks once.
    idempotencyKey: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  async add({ locals, request }) {
    const form = await request.formData();
    const quantity = readQuantity(form);
    if (quantity === undefined) return fail(400, { message: QUANTITY_MESSAGE });
    try {
      await addToCart(locals.api, text(form, 'product_id'), quantity);
    } catch (error) {
      return failed(error);
    }
    redirect(303, '/cart');
  },

  async update({ locals, request }) {
    const form = await request.formData();
    const quantity = readQuantity(form);
    if (quantity === undefined) return fail(400, { message: QUANTITY_MESSAGE });
    try {
      await setQuantity(locals.api, text(form, 'product_id'), quantity);
    } catch (error) {
      return failed(error);
    }
    redirect(303, '/cart');
  },

  async remove({ locals, request }) {
    const form = await request.formData();
    try {
      await removeFromCart(locals.api, text(form, 'product_id'));
    } catch (error) {
      return failed(error);
    }
    redirect(303, '/cart');
  },

  async checkout({ locals, request }) {
    const form = await request.formData();
    let reservationId: string;
    try {
      const result = await holdCart(locals.api, text(form, 'idempotency_key') || crypto.randomUUID());
      if ('short' in result) return fail(409, { short: result.short, idempotencyKey: crypto.randomUUID() });
      reservationId = result.held.id;
    } catch (error) {
      // After an answer the next press is another request; without one it is the same, asked again.
      const answered = isProblem(error) && error.status < 500;
      return failed(error, answered ? crypto.randomUUID() : undefined);
    }
    redirect(303, `/checkout/${reservationId}`);
  },
};

function readQuantity(form: FormData): number | undefined {
  const quantity = Number(text(form, 'quantity'));
  return Number.isInteger(quantity) && quantity >= 1 && quantity <= 100 ? quantity : undefined;
}

function failed(error: unknown, idempotencyKey?: string) {
  return fail(isProblem(error) ? error.status : 500, { message: sentence(error), idempotencyKey });
}
