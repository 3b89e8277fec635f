import { defineEntity, p } from '@mikro-orm/core';
import type { ReservationStatus } from '../../../domain/order-state.ts';

export const Reservation = defineEntity({
  name: 'Reservation',
  tableName: 'reservations',
  properties: {
    id: p.uuid().primary(),
    /** Identity of the shopper, in the format of `domain/identity`. */
    owner: p.text(),
    cartId: p.uuid().nullable(),
    /** Keyed hash of the client's address (IPv6: of its /64), for the limits on open reservations. */
    addressHash: p.text().nullable(),
    status: p.text().$type<ReservationStatus>(),
    currency: p.character().length(3),
    expiresAt: p.datetime(),
    extendedAt: p.datetime().nullable(),
    extensionRequest: p.string().length(255).nullable(),
    /** The shopper's earlier reservations that this one replaced, so that a retry can report them to the stock counters again. */
    replaces: p.array().$type<string[]>().columnType('uuid[]').default([]),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

export const ReservationItem = defineEntity({
  name: 'ReservationItem',
  tableName: 'reservation_items',
  properties: {
    reservationId: p.uuid().primary(),
    productId: p.uuid().primary(),
    quantity: p.integer(),
    /** Exact decimal text. */
    unitPrice: p.decimal('string').precision(12).scale(3),
  },
});
