/** Cache headers of pages. */

/** For catalog pages. They show the shopper's cart count, so shared caches must not store them, and prices, so browsers must ask each time. */
export const CATALOG_PAGE = { 'cache-control': 'private, no-cache' } as const;
