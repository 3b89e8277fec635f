/** Indexes products from PostgreSQL in the search index: those that changed, or all of them in a new index. */
import { fromDecimal } from '../../domain/money.ts';
import type { IndexedProduct, ProductIndex } from '../../infra/elasticsearch/product-index.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';

interface ProductRow {
  id: string;
  sku: string;
  name: string;
  description: string;
  tags: string[];
  options: string[] | null;
  price: string;
  currency: string;
  image_url: string;
  in_stock: boolean;
  family_id: string | null;
  is_family_lead: boolean;
  category_slug: string | null;
  category_name: string | null;
  version: number;
  created_at: Date;
  deleted: boolean;
}

// A family is one document, that of its lead. It is in stock while any variant is, and has the version of its newest change.
const SELECT = `
  select p.id, p.sku, p.name, p.description, p.tags, p.price, p.currency, p.image_url, p.family_id, p.is_family_lead,
    p.deleted_at is not null as deleted, p.created_at, category.slug as category_slug, category.name as category_name,
    case when p.family_id is null then p.stock_quantity > 0
      else exists (select 1 from products v where v.family_id = p.family_id and v.deleted_at is null and v.stock_quantity > 0)
    end as in_stock,
    case when p.family_id is null then p.version
      else (select max(v.version) from products v where v.family_id = p.family_id) end as version,
    case when p.family_id is null then null else (
      select array_agg(distinct option.value) from products v, jsonb_each_text(v.option_values) option
      where v.family_id = p.family_id and v.deleted_at is null) end as options
  from products p left join categories category on category.id = p.category_id`;

const CHANGED = `${SELECT}
  where p.id = any($1::uuid[])
     or p.is_family_lead and p.family_id in (select family_id from products where id = any($1::uuid[]) and family_id is not null)`;

const PAGE = `${SELECT} where p.deleted_at is null and p.is_family_lead and p.id > $1 order by p.id limit $2`;
const BATCH = 1_000;
/** Up to this many rows force a refresh, which is cheap for few changes; larger imports wait for the index's own refresh each second. */
const FEW_ROWS = 50;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Indexes the current state of the given products. Safe to run late or repeatedly. */
export async function indexChanged(db: Sql, index: ProductIndex, productIds: readonly string[]): Promise<void> {
  const rows = await db.rows<ProductRow>(CHANGED, [productIds]);
  const shown = rows.filter((row) => !row.deleted && row.is_family_lead);
  const removed = rows.filter((row) => row.deleted || !row.is_family_lead);
  // Make the change visible before the caller invalidates caches, or an old response would be cached again.
  await index.write(
    shown.map(toIndexed),
    removed.map((row) => ({ id: row.id, version: row.version })),
    { refresh: rows.length > FEW_ROWS ? 'wait_for' : true },
  );
}

/**
 * Fills a new index beside the current one and switches the alias. Products that change in the meantime are indexed again after the switch
 * through the outbox, since their rows are newer.
 * @returns the number of indexed products
 */
export async function rebuildIndex(
  db: Database,
  index: ProductIndex,
  onProgress: (done: number) => void,
): Promise<number> {
  const name = `${index.alias}-${Date.now()}`;
  await index.create(name);
  let after = FIRST_ID;
  let done = 0;
  for (;;) {
    const rows = await db.rows<ProductRow>(PAGE, [after, BATCH]);
    if (rows.length === 0) break;
    await index.write(rows.map(toIndexed), [], { index: name });
    after = rows.at(-1)!.id;
    done += rows.length;
    onProgress(done);
  }
  const startedAt = new Date();
  await index.publish(name);
  // Products that changed while the new index was being filled may have been indexed only in the old one.
  await db.run(
    `insert into outbox (topic, key) select 'product.changed', id::text from products where updated_at > $1::timestamptz - interval '1 hour'`,
    [startedAt],
  );
  return done;
}

function toIndexed(row: ProductRow): IndexedProduct {
  return {
    id: row.id,
    sku: row.sku,
    name: row.name,
    description: row.description,
    tags: row.tags,
    options: row.options ?? [],
    category: row.category_slug ? { slug: row.category_slug, name: row.category_name! } : null,
    priceCents: fromDecimal(row.price, row.currency),
    currency: row.currency,
    imageUrl: row.image_url,
    inStock: row.in_stock,
    familyId: row.family_id,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
