import { DomainError } from '../../domain/errors.ts';
import { User } from '../../infra/postgres/entities/accounts.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { checkout, checkoutBody } from '../contracts/orders.ts';
import { ownersOf } from '../middleware/identity.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { beginCheckout } from './checkout.ts';
import { readOrder } from './order-reader.ts';
import { viewerOf } from './routes.ts';

export const checkoutRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'post',
      path: '/checkouts',
      tag: 'Checkout',
      summary: 'Create an order from a reservation; repeating the request returns the same order',
      access: 'owner',
      limit: ['api', 'payment'],
      body: checkoutBody,
      ok: gives('The order and the payment details for the browser', checkout, 201),
      problems: {
        404: 'Reservation not found',
        409: 'The reservation has ended',
        503: 'Stripe is unavailable; the items stay reserved',
      },
      async handle({ ctx, identity, body }, deps) {
        const { reservation_id, ...details } = body;
        const orderId = await beginCheckout(deps, {
          ...details,
          email: details.email ?? (await accountEmail(ctx, deps)),
          reservationId: reservation_id,
          owners: ownersOf(ctx),
          userId: identity?.userId ?? null,
        });
        const order = await readOrder(deps.db, deps.settings, orderId, viewerOf(ctx));
        return { order, payment: order.payment, expires_at: order.expires_at };
      },
    }),
  ],
);

async function accountEmail(ctx: ApiContext, { orm }: ApiDependencies): Promise<string> {
  const userId = ctx.state.identity?.userId;
  const user = userId && (await orm.em.fork().findOne(User, { id: userId }));
  if (user) return user.email;
  throw new DomainError('invalid_request', 'The request body is not valid. See errors.', {
    details: { errors: [{ path: 'email', message: 'is required for guests' }] },
  });
}
