import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import { User } from '../../infra/postgres/entities/accounts.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { type Checkout, checkoutBody } from '../contracts/orders.ts';
import { identity, ownersOf } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { beginCheckout } from './checkout.ts';
import { readOrder } from './order-reader.ts';
import { viewerOf } from './routes.ts';

export function checkoutRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.post('/checkouts', limits.limit('api'), limits.limit('payment'), identify, async (ctx) => {
    const body = parse(checkoutBody, ctx.request.body, 'body');
    const orderId = await beginCheckout(deps, {
      reservationId: body.reservation_id,
      owners: ownersOf(ctx),
      userId: ctx.state.identity?.userId ?? null,
      email: body.email ?? (await accountEmail(ctx)),
      shippingAddress: body.shipping_address,
    });
    const order = await readOrder(deps.db, deps.settings, orderId, viewerOf(ctx));
    ctx.status = 201;
    ctx.body = { order, payment: order.payment, expires_at: order.expires_at } satisfies Checkout;
  });

  async function accountEmail(ctx: ApiContext): Promise<string> {
    const userId = ctx.state.identity?.userId;
    const user = userId && (await deps.orm.em.fork().findOne(User, { id: userId }));
    if (user) return user.email;
    throw new DomainError('invalid_request', 'The request body is not valid. See errors.', {
      details: { errors: [{ path: 'email', message: 'is required for guests' }] },
    });
  }

  return router;
}
