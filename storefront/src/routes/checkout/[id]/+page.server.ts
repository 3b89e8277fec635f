import { fail, redirect } from '@sveltejs/kit';
import type { Checkout, Reservation, User } from '#lib/contracts.ts';
import type { Api } from '#lib/server/api.ts';
import { type FieldErrors, fieldErrors, forOwner, sentence, text, texts } from '#lib/server/forms.ts';
import { isProblem } from '#lib/server/problem.ts';
import { releaseReservation } from '#lib/server/reservations.ts';
import { ADDRESS_FIELDS, type AddressValues, readShipping } from '#lib/server/shipping.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const { api } = locals;
  const [reservation, user] = await Promise.all([
    forOwner(url, api, () => api.get<Reservation>(`/reservations/${encodeURIComponent(params.id)}`)),
    signedInUser(api),
  ]);
  if (reservation.order_id !== null) redirect(303, `/orders/${reservation.order_id}`);
  return {
    title: 'Checkout',
    reservation,
    email: user?.email,
    name: user?.full_name ?? '',
    now: Date.now(),
    idempotencyKey: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  async place({ locals, params, request, url }) {
    const { api } = locals;
    const form = await request.formData();
    const values: AddressValues = texts(form, [...ADDRESS_FIELDS, 'email']);
    const shipping = readShipping(values, !api.cookies.signedIn);
    if ('errors' in shipping) return refused(400, values, shipping.errors);

    let orderId: string;
    try {
      const { order } = await forOwner(url, api, () =>
        api.post<Checkout>(
          '/checkouts',
          { reservation_id: params.id, shipping_address: shipping.address, email: shipping.email },
          { idempotencyKey: text(form, 'idempotency_key') || crypto.randomUUID() },
        ),
      );
      orderId = order.id;
    } catch (error) {
      // The page shows that the reservation has expired, and how to check out again.
      if (isProblem(error, 'reservation_ended')) redirect(303, `/checkout/${params.id}`);
      return notPlaced(error, values);
    }
    api.cookies.keepUnpaidOrder(orderId);
    redirect(303, `/orders/${orderId}`);
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

function notPlaced(error: unknown, values: AddressValues) {
  const message = sentence(error);
  if (!isProblem(error)) throw error;
  const errors: FieldErrors = fieldErrors(error.errors, 'shipping_address.');
  return refused(error.status, values, errors, Object.keys(errors).length > 0 ? undefined : message);
}

function refused(status: number, values: AddressValues, errors: FieldErrors, message?: string) {
  return fail(status, { values, errors, message });
}
