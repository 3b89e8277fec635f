import type { Address } from './address.ts';

/** A shopper's request to place the order of a reservation. */
export interface CheckoutRequest {
  orderId: string;
  reservationId: string;
  /** Identities of which any may own the reservation: the signed-in shopper, the guest's cart. */
  owners: readonly string[];
  userId: string | null;
  email: string | null;
  shippingAddress: Address;
}
