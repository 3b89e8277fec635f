import type { Address } from './address.ts';

/**
 * What a shopper enters at checkout. The fields have the names of the API and of the table `orders`, so they pass from the request to the
 * row, and from the row to every reader, without being listed again.
 */
export interface OrderDetails {
  /** Where emails about the order go. The API fills in the account's; if it is null, readers use the account's current address. */
  email: string | null;
  shipping_address: Address;
}

const FIELDS = Object.keys({ email: 0, shipping_address: 0 } satisfies Record<keyof OrderDetails, 0>);

/** The shopper's details within a request or a row. */
export function orderDetails(from: OrderDetails): Required<OrderDetails> {
  return Object.fromEntries(
    FIELDS.map((field) => [field, from[field as keyof OrderDetails]]),
  ) as unknown as Required<OrderDetails>;
}

/** A shopper and their details of an order. */
export interface Buyer extends OrderDetails {
  /** Null for a guest. */
  userId: string | null;
}

/** A shopper's request to place the order of a reservation. */
export interface CheckoutRequest extends Buyer {
  orderId: string;
  reservationId: string;
  /** Identities of which any may own the reservation: the signed-in shopper, the guest's cart. */
  owners: readonly string[];
}
