import Router from '@koa/router';
import { cartCacheKey } from '../../infra/redis/cache-keys.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { cartItemBody, cartItemParams } from '../contracts/cart.ts';
import { CART_COOKIE, identity } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { type CartOwner, cartNameOf, readCart, removeCartItem, setCartItem } from './service.ts';

const COOKIE_MS = 90 * 86_400_000;

export function cartOwner(ctx: ApiContext): CartOwner {
  return ctx.state.identity ? { userId: ctx.state.identity.userId } : { cartId: ctx.state.cartId };
}

export function cartRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { db, cache, settings } = deps;
  const identify = identity(deps);
  const isHttps = new URL(settings.STOREFRONT_URL).protocol === 'https:';
  const router = new Router<ApiState>();

  /** With Redis away nothing is read from there either; what it has is short-lived. */
  async function forgetCached(owner: CartOwner): Promise<void> {
    const name = cartNameOf(owner);
    if (name) await cache.invalidate([cartCacheKey(name)]).catch(() => undefined);
  }

  async function answer(ctx: ApiContext, owner: CartOwner): Promise<void> {
    const cart = await readCart(db, owner, settings.CURRENCY);
    if (!owner.userId) {
      ctx.set('X-Cart-Id', cart.id);
      // Browsers reach the shop over https even where a proxy talks plain HTTP to this process.
      ctx.cookies.secure = isHttps;
      ctx.cookies.set(CART_COOKIE, cart.id, { httpOnly: true, sameSite: 'lax', maxAge: COOKIE_MS, overwrite: true });
    }
    ctx.body = cart;
  }

  router.get('/cart', limits.limit('api'), identify, (ctx) => answer(ctx, cartOwner(ctx)));

  router.put('/cart/items/:product_id', limits.limit('api'), identify, async (ctx) => {
    const { product_id } = parse(cartItemParams, ctx.params, 'address');
    const { quantity } = parse(cartItemBody, ctx.request.body, 'body');
    const owner = await setCartItem(db, cartOwner(ctx), product_id, quantity);
    await forgetCached(owner);
    await answer(ctx, owner);
  });

  router.delete('/cart/items/:product_id', limits.limit('api'), identify, async (ctx) => {
    const { product_id } = parse(cartItemParams, ctx.params, 'address');
    const owner = cartOwner(ctx);
    await removeCartItem(db, owner, product_id);
    await forgetCached(owner);
    await answer(ctx, owner);
  });

  return router;
}
