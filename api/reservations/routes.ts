import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import { cartOwner } from '../cart/routes.ts';
import { findCart, readCart } from '../cart/service.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import { MAX_RESERVATION_LINES, reservationBody } from '../contracts/reservations.ts';
import { identity, ownersOf } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { type ReservationRequest, Reservations } from './service.ts';

export function reservationRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const reservations = new Reservations(deps);
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.post('/reservations', limits.limit('api'), identify, async (ctx) => {
    const owners = ownersOf(ctx);
    if (owners.length === 0) throw new DomainError('unauthenticated', 'Sign in, or send the X-Cart-Id of a cart.');
    const headers = parse(idempotencyHeaders, ctx.headers, 'headers');
    const body = parse(reservationBody, ctx.request.body ?? {}, 'body');
    const lines = body.items?.map((item) => ({ productId: item.product_id, quantity: item.quantity }));
    const { reservation, isNew } = await reservations.reserve({
      owners,
      address: ctx.ip,
      cartId: (await findCart(deps.db, cartOwner(ctx))) ?? null,
      idempotencyKey: headers['idempotency-key'],
      lines: lines ?? (await cartLines(ctx)),
    });
    ctx.status = isNew ? 201 : 200;
    ctx.body = reservation;
  });

  router.get('/reservations/:id', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    ctx.body = await reservations.find(id, ownersOf(ctx));
  });

  router.delete('/reservations/:id', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    await reservations.release(id, ownersOf(ctx));
    ctx.status = 204;
  });

  async function cartLines(ctx: ApiContext): Promise<ReservationRequest['lines']> {
    const cart = await readCart(deps.db, cartOwner(ctx), deps.settings.CURRENCY);
    if (cart.items.length === 0) throw new DomainError('cart_empty', 'Add an item to the cart first.');
    if (cart.items.length > MAX_RESERVATION_LINES) {
      throw new DomainError(
        'invalid_request',
        `A reservation can have at most ${MAX_RESERVATION_LINES} different products.`,
      );
    }
    return cart.items.map((item) => ({ productId: item.product_id, quantity: item.quantity }));
  }

  return router;
}
