import type { Sql } from '../../infra/postgres/database.ts';
import type { ProductSummary } from '../contracts/catalog.ts';

/** What a list shows: a product, or a family by its lead. */
export interface ShelfProduct {
  /** Of what is shown. */
  id: string;
  /** The family's id, or the product's own without one. */
  family: string;
  category: string | null;
  name: string;
  /** Whether any of it is in stock; what is reserved counts as stock. */
  inStock: boolean;
  /** Ids of all that can be bought of it, itself too. */
  variants: readonly string[];
  /** A `ProductSummary` in JSON without its closing brace. */
  text: string;
}

interface ShelfRow {
  id: string;
  sku: string;
  name: string;
  price: string;
  currency: string;
  image_url: string;
  category: string | null;
  family_id: string | null;
  in_stock: boolean;
}

// The lead comes first; where it was taken away, the cheapest stands for the family.
const SELECT = `select p.id, p.sku, p.name, p.price, p.currency, p.image_url, category.slug as category, p.family_id,
    p.stock_quantity > 0 as in_stock
  from products p left join categories category on category.id = p.category_id
  where p.deleted_at is null and p.id in (
    select wanted.id from unnest($1::uuid[]) wanted (id)
    union
    select variant.id from unnest($1::uuid[]) wanted (id) join products named on named.id = wanted.id
      join products variant on variant.family_id = named.family_id)
  order by p.is_family_lead desc, p.price, p.sku`;

/**
 * The products named that are for sale, each family once with all of its variants.
 * @param canonical gives one and the same string for a product's id, wherever it was read: found sooner, held once
 */
export async function readShelfProducts(
  sql: Sql,
  ids: readonly string[],
  canonical: (productId: string) => string,
): Promise<ShelfProduct[]> {
  const families = new Map<string, [ShelfRow, ...ShelfRow[]]>();
  for (const row of await sql.rows<ShelfRow>(SELECT, [ids])) {
    const family = row.family_id ?? row.id;
    const known = families.get(family);
    if (known) known.push(row);
    else families.set(family, [row]);
  }
  return [...families].map(([family, rows]) => toShelf(family, rows, canonical));
}

function toShelf(
  family: string,
  rows: readonly [ShelfRow, ...ShelfRow[]],
  canonical: (productId: string) => string,
): ShelfProduct {
  const [lead] = rows;
  const summary: ProductSummary = {
    id: lead.id,
    sku: lead.sku,
    name: lead.name,
    price: Number(lead.price),
    currency: lead.currency,
    image_url: lead.image_url,
    category: lead.category,
    // Nothing is shown that is not.
    in_stock: true,
    family_id: lead.family_id,
  };
  return {
    id: canonical(lead.id),
    family: canonical(family),
    category: lead.category,
    name: lead.name,
    inStock: rows.some((row) => row.in_stock),
    variants: rows.map((row) => canonical(row.id)),
    text: JSON.stringify(summary).slice(0, -1),
  };
}
