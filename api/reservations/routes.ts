import { DomainError } from '../../domain/errors.ts';
import { cartOwner } from '../cart/routes.ts';
import { findCart, readCart } from '../cart/service.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import { MAX_RESERVATION_LINES, reservation, reservationBody } from '../contracts/reservations.ts';
import { ownersOf } from '../middleware/identity.ts';
import { Alternative, done, gives, withAlternative } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { type ReservationRequest, Reservations } from './service.ts';

export const reservationRoutes = declareRoutes(
  (deps) => ({ deps, reservations: new Reservations(deps) }),
  (route) => [
    route({
      method: 'post',
      path: '/reservations',
      tag: 'Checkout',
      summary: 'Reserve items or the entire cart for ten minutes, replacing any earlier reservation',
      access: 'shopper',
      limit: 'api',
      headers: idempotencyHeaders,
      body: reservationBody,
      ok: withAlternative(
        gives('Reserved', reservation, 201),
        200,
        'Your existing reservation, because it has the same items or its order (`order_id`) is awaiting payment. Pay for or cancel that order to reserve other items',
      ),
      problems: {
        409: '`out_of_stock`: not enough stock for the items in `lines`; `reservation_limit`: the reservation exceeds `limit`, whose maximum is `max`; `reservation_ended`: the key’s reservation has ended; `currency_mismatch`: the products have different currencies',
        422: 'The Idempotency-Key was used for a different reservation',
        503: 'Stock counters are rebuilding',
      },
      async handle({ ctx, headers, body }, { deps, reservations }) {
        const lines = body.items?.map((item) => ({ productId: item.product_id, quantity: item.quantity }));
        const { reservation, isNew } = await reservations.reserve({
          owners: ownersOf(ctx),
          address: ctx.ip,
          cartId: (await findCart(deps.db, cartOwner(ctx))) ?? null,
          idempotencyKey: headers['idempotency-key'],
          lines: lines ?? (await cartLines(ctx, deps)),
        });
        return isNew ? reservation : new Alternative(reservation);
      },
    }),

    route({
      method: 'get',
      path: '/reservations/{id}',
      tag: 'Checkout',
      summary: 'Get a reservation',
      access: 'owner',
      limit: 'reads',
      params: idParams,
      ok: gives('The reservation', reservation),
      problems: { 404: 'Reservation not found' },
      handle: ({ ctx, params }, { reservations }) => reservations.find(params.id, ownersOf(ctx)),
    }),

    route({
      method: 'delete',
      path: '/reservations/{id}',
      tag: 'Checkout',
      summary: 'Release a reservation early',
      access: 'owner',
      limit: 'api',
      params: idParams,
      ok: done('The reservation was released'),
      problems: { 404: 'Reservation not found', 409: 'An order was placed from the reservation' },
      async handle({ ctx, params }, { reservations }) {
        await reservations.release(params.id, ownersOf(ctx));
      },
    }),
  ],
);

async function cartLines(ctx: ApiContext, { db, settings }: ApiDependencies): Promise<ReservationRequest['lines']> {
  const cart = await readCart(db, cartOwner(ctx), settings);
  if (cart.items.length === 0) throw new DomainError('cart_empty', 'Add an item to the cart first.');
  if (cart.items.length > MAX_RESERVATION_LINES) {
    throw new DomainError(
      'invalid_request',
      `A reservation can have at most ${MAX_RESERVATION_LINES} different products.`,
    );
  }
  return cart.items.map((item) => ({ productId: item.product_id, quantity: item.quantity }));
}
