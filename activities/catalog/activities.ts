import { sql as part } from 'kysely';
import { isUuid } from '../../domain/ids.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { indexChanged } from './indexing.ts';

export type ReindexedProduct =
  | { outcome: 'indexed'; productId: string; sku: string; name: string; isSold: boolean }
  | { outcome: 'not_found' };

export function createSearchIndexActivities({ db, productIndex }: Pick<ActivityDependencies, 'db' | 'productIndex'>) {
  return {
    /**
     * Reindexes one product, by ID or SKU. Safe to retry: its current state is indexed. A new version makes the index accept it, and makes
     * the outbox invalidate caches.
     */
    async reindexProduct({ product }: { product: string }): Promise<ReindexedProduct> {
      const row = await db.row(
        db.query
          .updateTable('products')
          .set({ version: part<number>`nextval('product_version')` })
          .where(isUuid(product) ? 'id' : 'sku', '=', product)
          .returning(['id', 'sku', 'name', 'deleted_at']),
      );
      if (!row) return { outcome: 'not_found' };
      await indexChanged(db, productIndex, [row.id]);
      return { outcome: 'indexed', productId: row.id, sku: row.sku, name: row.name, isSold: !row.deleted_at };
    },
  };
}
