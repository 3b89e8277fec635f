/** How long pages may be kept, and by whom. */

const CATALOGUE_SECONDS = 300;

/**
 * For pages of the catalogue. They carry the shopper's cart count, so no shared cache may keep them; the service worker of
 * that shopper does, and drops them at every write.
 */
export const CATALOGUE_PAGE = {
  'cache-control': 'private, no-cache',
  'x-service-worker-cache': String(CATALOGUE_SECONDS),
} as const;
