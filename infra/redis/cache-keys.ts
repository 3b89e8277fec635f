/** Cache keys, shared by the code that reads and the code that invalidates. */
export const CATALOG_TAG = 'catalog';
const PRODUCT = 'product:';
export const productCacheKey = (productId: string): string => `${PRODUCT}${productId}`;
/** The product ID in a key, if it is a product's. */
export const productOfCacheKey = (key: string): string | undefined =>
  key.startsWith(PRODUCT) ? key.slice(PRODUCT.length) : undefined;

const SHOPPER = 'shopper:';
const TASTE = 'taste:';
const CART = 'cart-products:';
/** A shopper's choices and purchases. @param who `user:<id>` or `visitor:<hash>` */
export const shopperCacheKey = (who: string): string => `${SHOPPER}${who}`;
/** The shopper in a key, if it is a shopper's. */
export const shopperOfCacheKey = (key: string): string | undefined =>
  key.startsWith(SHOPPER) ? key.slice(SHOPPER.length) : undefined;
/** A shopper's views. @param who `user:<id>` or `visitor:<hash>` */
export const tasteCacheKey = (who: string): string => `${TASTE}${who}`;
export const tasteOfCacheKey = (key: string): string | undefined =>
  key.startsWith(TASTE) ? key.slice(TASTE.length) : undefined;
/** The products in a cart. @param owner `user:<id>`, or `cart:<id>` for a guest's cart */
export const cartCacheKey = (owner: string): string => `${CART}${owner}`;
export const cartOfCacheKey = (key: string): string | undefined =>
  key.startsWith(CART) ? key.slice(CART.length) : undefined;
