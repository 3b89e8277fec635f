/** The cart of a guest or customer. Every read and write updates the cookies. */
import type { Cart } from '#lib/contracts.ts';
import { MAX_QUANTITY } from '../../../../api/contracts/common.ts';
import type { Api } from './api.ts';

/** Reads the cart, without a request for a browser that has none. @throws ApiProblem */
export async function readCart(api: Api): Promise<Cart | undefined> {
  if (!api.cookies.signedIn && api.cookies.guestId === undefined) return undefined;
  return remember(api, await api.get<Cart>('/cart'));
}

/** Adds to a product's quantity in the cart, up to the limit for one line. @throws ApiProblem */
export async function addToCart(api: Api, productId: string, quantity: number): Promise<Cart> {
  const cart = await readCart(api);
  const current = cart?.items.find((item) => item.product_id === productId)?.quantity ?? 0;
  return setQuantity(api, productId, Math.min(MAX_QUANTITY, current + quantity));
}

/** @param quantity 1–100 @throws ApiProblem */
export async function setQuantity(api: Api, productId: string, quantity: number): Promise<Cart> {
  return remember(api, await api.put<Cart>(`/cart/items/${encodeURIComponent(productId)}`, { quantity }));
}

/** @throws ApiProblem */
export async function removeFromCart(api: Api, productId: string): Promise<Cart> {
  return remember(api, await api.delete<Cart>(`/cart/items/${encodeURIComponent(productId)}`));
}

function remember(api: Api, cart: Cart): Cart {
  api.cookies.keepCart(cart);
  return cart;
}
