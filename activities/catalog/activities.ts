import { isUuid } from '../../domain/ids.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { indexChanged } from './indexing.ts';

export type ReindexedProduct =
  | { outcome: 'indexed'; productId: string; sku: string; name: string; isSold: boolean }
  | { outcome: 'not_found' };

export function createSearchIndexActivities({ db, productIndex }: Pick<ActivityDependencies, 'db' | 'productIndex'>) {
  return {
    /**
     * Writes one product, by id or SKU, into the search index anew. Safe to retry: it is written as it is now. A new version
     * makes the index take it whatever it holds, and lets the outbox drop what caches hold of it.
     */
    async reindexProduct({ product }: { product: string }): Promise<ReindexedProduct> {
      const row = await db.row<{ id: string; sku: string; name: string; deleted: boolean }>(
        `update products set version = nextval('product_version') where ${isUuid(product) ? 'id = $1' : 'sku = $1'}
         returning id, sku, name, deleted_at is not null as deleted`,
        [product],
      );
      if (!row) return { outcome: 'not_found' };
      await indexChanged(db, productIndex, [row.id]);
      return { outcome: 'indexed', productId: row.id, sku: row.sku, name: row.name, isSold: !row.deleted };
    },
  };
}
