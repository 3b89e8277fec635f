/** Cache headers of pages. */

const CATALOG_SECONDS = 300;

/**
 * For catalog pages. They show the shopper's cart count, so shared caches must not store them; the shopper's service worker
 * does, and clears them at every write.
 */
export const CATALOG_PAGE = {
  'cache-control': 'private, no-cache',
  'x-service-worker-cache': String(CATALOG_SECONDS),
} as const;
