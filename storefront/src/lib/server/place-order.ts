/** Places orders, and changes what the shopper entered until they are paid. */
import type { Checkout, Order } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { type FieldErrors, fieldErrors, sentence } from './forms.ts';
import { orderPath } from './orders.ts';
import { isProblem } from './problem.ts';
import { ADDRESS_FIELDS, type AddressValues, type Shipping } from './shipping.ts';

/**
 * Places the order of a reservation. An order that exists already, from another tab or because its response was lost, gets the
 * address that the shopper has entered now.
 * @throws ApiProblem
 */
export async function placeOrder(
  api: Api,
  reservationId: string,
  { address, email }: Shipping,
  idempotencyKey: string,
): Promise<Order> {
  const body = { reservation_id: reservationId, shipping_address: address, email };
  const { order } = await api.post<Checkout>('/checkouts', body, { idempotencyKey });
  const isSame =
    ADDRESS_FIELDS.every((field) => (order.shipping_address[field] ?? '') === (address[field] ?? '')) &&
    (email ?? order.email) === order.email;
  return isSame || order.status !== 'pending' ? order : changeOrder(api, order.id, { address, email });
}

/** Changes the address and email of an unpaid order. @throws ApiProblem `conflict` when it is no longer awaiting payment */
export function changeOrder(api: Api, orderId: string, { address, email }: Shipping): Promise<Order> {
  return api.patch<Order>(orderPath(orderId), { shipping_address: address, email });
}

export interface AddressRefusal {
  values: AddressValues;
  errors: FieldErrors;
  message: string | undefined;
}

/** What the form shows after the API has refused an address. @throws the error itself when it is not a problem */
export function addressRefusal(error: unknown, values: AddressValues): AddressRefusal {
  const message = sentence(error);
  if (!isProblem(error)) throw error;
  const errors = fieldErrors(error.errors, 'shipping_address.');
  return { values, errors, message: Object.keys(errors).length > 0 ? undefined : message };
}
