import { cartCacheKey } from '../../infra/redis/cache-keys.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { addToCartBody, type Cart, cart, cartItemBody, cartItemParams } from '../contracts/cart.ts';
import { idempotencyHeaders } from '../contracts/common.ts';
import { CART_COOKIE } from '../middleware/identity.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { type CartOwner, cartNameOf, changeCartItem, readCart, removeCartItem } from './service.ts';

const COOKIE_MS = 90 * 86_400_000;

const NOT_FOUND = 'Product not found';
const REFUSED =
  '`out_of_stock`: fewer units are available; `currency_mismatch`: the product’s currency differs from the cart’s; `conflict`: more units than one line can have; `idempotency_key_reused`: the key was used for another addition';

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
      method: 'post',
      path: '/cart/items',
      tag: 'Cart',
      summary: 'Add units of a product to the cart',
      access: 'anyone',
      limit: 'api',
      headers: idempotencyHeaders,
      body: addToCartBody,
      ok: gives('The cart', cart),
      problems: { 404: NOT_FOUND, 409: REFUSED },
      async handle({ ctx, headers, body }, deps) {
        const change = { by: body.quantity, key: headers['idempotency-key'] };
        const owner = await changeCartItem(deps.db, cartOwner(ctx), body.product_id, change);
        await forgetCached(owner, deps);
        return answer(ctx, owner, deps);
      },
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
      problems: { 404: NOT_FOUND, 409: REFUSED },
      async handle({ ctx, params, body }, deps) {
        const owner = await changeCartItem(deps.db, cartOwner(ctx), params.product_id, { to: body.quantity });
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
  const cart = await readCart(db, owner, settings);
  if (!owner.userId) {
    ctx.set('X-Cart-Id', cart.id);
    ctx.cookies.secure = isHttps;
    ctx.cookies.set(CART_COOKIE, cart.id, { httpOnly: true, sameSite: 'lax', maxAge: COOKIE_MS, overwrite: true });
  }
  return cart;
}
