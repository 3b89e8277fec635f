import { fail, redirect } from '@sveltejs/kit';
import { forOwner, texts } from '#lib/server/forms.ts';
import { orderPath, readOrder } from '#lib/server/orders.ts';
import { addressRefusal, changeOrder } from '#lib/server/place-order.ts';
import { isProblem, statusOf } from '#lib/server/problem.ts';
import { ADDRESS_FIELDS, type AddressValues, readShipping } from '#lib/server/shipping.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const now = Date.now();
  const order = await forOwner(url, locals.api, () => readOrder(locals.api, params.id));
  if (order.status !== 'pending') redirect(303, orderPath(params.id));
  return { title: 'Edit your address', order, now };
};

export const actions: Actions = {
  async save({ locals, params, request, url }) {
    const values: AddressValues = texts(await request.formData(), [...ADDRESS_FIELDS, 'email']);
    const shipping = readShipping(values, true);
    if ('errors' in shipping) return fail(400, { values, errors: shipping.errors, message: undefined });
    try {
      await forOwner(url, locals.api, () => changeOrder(locals.api, params.id, shipping));
    } catch (error) {
      // The page of the order shows what has become of it.
      if (isProblem(error, 'conflict')) redirect(303, orderPath(params.id));
      return fail(statusOf(error), addressRefusal(error, values));
    }
    redirect(303, orderPath(params.id));
  },
};
