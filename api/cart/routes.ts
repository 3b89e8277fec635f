import { cartCacheKey } from '../../infra/redis/cache-keys.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { type Cart, cart, cartItemBody, cartItemParams } from '../contracts/cart.ts';
import { CART_COOKIE } from '../middleware/identity.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { type CartOwner, cartNameOf, readCart, removeCartItem, setCartItem } from './service.ts';

const COOKIE_MS = 90 * 86_400_000;

export function cartOwner(ctx: ApiContext): CartOwner {
  return ctx.state.identity ? { userId: ctx.state.identity.userId } : { cartId: ctx.state.cartId };
}

interface CartServices extends ApiDependencies {
  /** Whether browsers use HTTPS; a proxy may forward their requests to this process over plain HTTP. */
  isHttps: boolean;
}

export const cartRoutes = declareRoutes(
  (deps): CartServices => ({ ...deps, isHttps: new URL(deps.settings.STOREFRONT_URL).protocol === 'https:' }),
  (route) => [
    route({
      method: 'get',
      path: '/cart',
      tag: 'Cart',
      summary: 'Get the account’s or guest’s cart',
      access: 'anyone',
      limit: 'reads',
      ok: gives('The cart; a guest must keep its ID', cart),
      handle: ({ ctx }, deps) => answer(ctx, cartOwner(ctx), deps),
    }),

    route({
      method: 'put',
      path: '/cart/items/{product_id}',
      tag: 'Cart',
      summary: 'Set the quantity of a product in the cart',
      access: 'anyone',
      limit: 'api',
      params: cartItemParams,
      body: cartItemBody,
      ok: gives('The cart', cart),
      problems: { 404: 'Product not found', 409: 'The product’s currency differs from the cart’s' },
      async handle({ ctx, params, body }, deps) {
        const owner = await setCartItem(deps.db, cartOwner(ctx), params.product_id, body.quantity);
        await forgetCached(owner, deps);
        return answer(ctx, owner, deps);
      },
    }),

    route({
      method: 'delete',
      path: '/cart/items/{product_id}',
      tag: 'Cart',
      summary: 'Remove a product from the cart',
      access: 'anyone',
      limit: 'api',
      params: cartItemParams,
      ok: gives('The cart', cart),
      async handle({ ctx, params }, deps) {
        const owner = cartOwner(ctx);
        await removeCartItem(deps.db, owner, params.product_id);
        await forgetCached(owner, deps);
        return answer(ctx, owner, deps);
      },
    }),
  ],
);

/** An unavailable Redis is ignored: nothing is read from it then, and its entries expire soon. */
async function forgetCached(owner: CartOwner, { cache }: ApiDependencies): Promise<void> {
  const name = cartNameOf(owner);
  if (name) await cache.invalidate([cartCacheKey(name)]).catch(() => undefined);
}

async function answer(ctx: ApiContext, owner: CartOwner, { db, settings, isHttps }: CartServices): Promise<Cart> {
  const cart = await readCart(db, owner, settings.CURRENCY);
  if (!owner.userId) {
    ctx.set('X-Cart-Id', cart.id);
    ctx.cookies.secure = isHttps;
    ctx.cookies.set(CART_COOKIE, cart.id, { httpOnly: true, sameSite: 'lax', maxAge: COOKIE_MS, overwrite: true });
  }
  return cart;
}
