import Router from '@koa/router';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { cartItemBody, cartItemParams } from '../contracts/cart.ts';
import { CART_COOKIE, identity } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { type CartOwner, readCart, removeCartItem, setCartItem } from './service.ts';

const COOKIE_MS = 90 * 86_400_000;

export function cartOwner(ctx: ApiContext): CartOwner {
  return ctx.state.identity ? { userId: ctx.state.identity.userId } : { cartId: ctx.state.cartId };
}

export function cartRoutes({ db, settings }: ApiDependencies, limits: RateLimits): ApiRouter {
  const identify = identity(settings);
  const router = new Router<ApiState>();

  async function answer(ctx: ApiContext, owner: CartOwner): Promise<void> {
    const cart = await readCart(db, owner, settings.CURRENCY);
    if (!owner.userId) {
      ctx.set('X-Cart-Id', cart.id);
      ctx.cookies.set(CART_COOKIE, cart.id, { httpOnly: true, sameSite: 'lax', maxAge: COOKIE_MS, overwrite: true });
    }
    ctx.body = cart;
  }

  router.get('/cart', limits.limit('api'), identify, (ctx) => answer(ctx, cartOwner(ctx)));

  router.put('/cart/items/:product_id', limits.limit('api'), identify, async (ctx) => {
    const { product_id } = parse(cartItemParams, ctx.params, 'address');
    const { quantity } = parse(cartItemBody, ctx.request.body, 'body');
    await answer(ctx, await setCartItem(db, cartOwner(ctx), product_id, quantity));
  });

  router.delete('/cart/items/:product_id', limits.limit('api'), identify, async (ctx) => {
    const { product_id } = parse(cartItemParams, ctx.params, 'address');
    await removeCartItem(db, cartOwner(ctx), product_id);
    await answer(ctx, cartOwner(ctx));
  });

  return router;
}
