/** How long pages may be kept, and by whom. */

const CATALOG_SECONDS = 300;

/**
 * For pages of the catalog. They carry the shopper's cart count, so no shared cache may keep them; the service worker of
 * that shopper does, and drops them at every write.
 */
export const CATALOG_PAGE = {
  'cache-control': 'private, no-cache',
  'x-service-worker-cache': String(CATALOG_SECONDS),
} as const;
