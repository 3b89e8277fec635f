/** The shopper's cart, guest's or customer's. Every read and write keeps the cookies in step. */
import type { Cart } from '#lib/contracts.ts';
import type { Api } from './api.ts';

const MAX_QUANTITY = 100;

/** Reads the cart; a browser that never put anything into one is not worth asking the API about. @throws ApiProblem */
export async function readCart(api: Api): Promise<Cart | undefined> {
  if (!api.cookies.signedIn && api.cookies.guestId === undefined) return undefined;
  return kept(api, await api.get<Cart>('/cart'));
}

/** Adds to what the cart holds of a product, up to the most that one line may have. @throws ApiProblem */
export async function addToCart(api: Api, productId: string, quantity: number): Promise<Cart> {
  const cart = await readCart(api);
  const already = cart?.items.find((item) => item.product_id === productId)?.quantity ?? 0;
  return setQuantity(api, productId, Math.min(MAX_QUANTITY, already + quantity));
}

/** @param quantity 1–100 @throws ApiProblem */
export async function setQuantity(api: Api, productId: string, quantity: number): Promise<Cart> {
  return kept(api, await api.put<Cart>(`/cart/items/${encodeURIComponent(productId)}`, { quantity }));
}

/** @throws ApiProblem */
export async function removeFromCart(api: Api, productId: string): Promise<Cart> {
  return kept(api, await api.delete<Cart>(`/cart/items/${encodeURIComponent(productId)}`));
}

function kept(api: Api, cart: Cart): Cart {
  api.cookies.keepCart(cart);
  return cart;
}
