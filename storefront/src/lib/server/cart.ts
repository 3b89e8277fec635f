/** The cart of a guest or customer. Every read and write updates the cookies. */
import type { Cart } from '#lib/contracts.ts';
import type { Api } from './api.ts';

/** Reads the cart, without a request for a browser that has none. @throws ApiProblem */
export async function readCart(api: Api): Promise<Cart | undefined> {
  if (!api.cookies.signedIn && api.cookies.guestId === undefined) return undefined;
  return remember(api, await api.get<Cart>('/cart'));
}

/** Adds units of a product, once per key. @throws ApiProblem also when fewer units are available */
export async function addToCart(api: Api, productId: string, quantity: number, key: string): Promise<Cart> {
  return remember(
    api,
    await api.post<Cart>('/cart/items', { product_id: productId, quantity }, { idempotencyKey: key }),
  );
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
