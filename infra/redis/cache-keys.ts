/** Names of what is cached, shared by those who read and those who invalidate. */
export const CATALOG_TAG = 'catalog';
const PRODUCT = 'product:';
export const productCacheKey = (productId: string): string => `${PRODUCT}${productId}`;
/** The product that a key is of, if it is of one. */
export const productOfCacheKey = (key: string): string | undefined =>
  key.startsWith(PRODUCT) ? key.slice(PRODUCT.length) : undefined;

const SHOPPER = 'shopper:';
const TASTE = 'taste:';
const CART = 'cart-products:';
/** What a shopper chose and bought. @param who `user:<id>` or `visitor:<hash>` */
export const shopperCacheKey = (who: string): string => `${SHOPPER}${who}`;
/** The shopper whom a key is of, if it is of one. */
export const shopperOfCacheKey = (key: string): string | undefined =>
  key.startsWith(SHOPPER) ? key.slice(SHOPPER.length) : undefined;
/** What a shopper looked at. @param who `user:<id>` or `visitor:<hash>` */
export const tasteCacheKey = (who: string): string => `${TASTE}${who}`;
export const tasteOfCacheKey = (key: string): string | undefined =>
  key.startsWith(TASTE) ? key.slice(TASTE.length) : undefined;
/** The products in a cart. @param owner `user:<id>`, or `cart:<id>` for a guest's */
export const cartCacheKey = (owner: string): string => `${CART}${owner}`;
export const cartOfCacheKey = (key: string): string | undefined =>
  key.startsWith(CART) ? key.slice(CART.length) : undefined;
