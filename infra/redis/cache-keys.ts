/** Names of what is cached, shared by those who read and those who invalidate. */
export const CATALOG_TAG = 'catalog';
export const productCacheKey = (productId: string): string => `product:${productId}`;
