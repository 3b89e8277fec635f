/** The product index: its mapping, and writes to it. There is one document per product family, which is one entry of a product list. */

import type { estypes } from '@elastic/elasticsearch';
import { Client, errors } from '@elastic/elasticsearch';
import { adjacentPairs, stems, words } from './text.ts';

export interface IndexedProduct {
  id: string;
  sku: string;
  /** The SKUs of all variants, or its own. */
  skus: string[];
  name: string;
  description: string;
  tags: string[];
  /** Option values of all variants, so that "blue mug" finds a mug whose first variant is red. */
  options: string[];
  category: { slug: string; name: string } | null;
  priceCents: number;
  /** The prices of all variants, or its own. */
  pricesCents: number[];
  currency: string;
  imageUrl: string;
  inStock: boolean;
  familyId: string | null;
  createdAt: string;
  /** Increases with every change; an older version never overwrites a newer one. */
  version: number;
}

const mappings: estypes.MappingTypeMapping = {
  dynamic: 'strict',
  properties: {
    shown: { type: 'object', enabled: false },
    name_stems: { type: 'text', analyzer: 'whitespace' },
    name_pairs: { type: 'text', analyzer: 'whitespace', norms: false },
    tag_stems: { type: 'text', analyzer: 'whitespace' },
    description_stems: { type: 'text', analyzer: 'whitespace' },
    words: { type: 'text', analyzer: 'whitespace', index_options: 'docs', norms: false },
    skus: { type: 'keyword' },
    category: { type: 'keyword' },
    category_name: { type: 'keyword' },
    price_cents: { type: 'long' },
    in_stock: { type: 'boolean' },
    created_at: { type: 'date' },
    suggest: { type: 'completion', analyzer: 'simple' },
  },
};

function toDocument(product: IndexedProduct): Record<string, unknown> {
  const nameStems = stems(product.name);
  return {
    shown: {
      id: product.id,
      sku: product.sku,
      name: product.name,
      priceCents: product.priceCents,
      currency: product.currency,
      imageUrl: product.imageUrl,
      inStock: product.inStock,
      familyId: product.familyId,
      category: product.category?.slug ?? null,
    },
    name_stems: nameStems.join(' '),
    name_pairs: adjacentPairs(nameStems).join(' '),
    tag_stems: stems([...product.tags, ...product.options, product.category?.name ?? ''].join(' ')).join(' '),
    description_stems: stems(product.description).join(' '),
    words: [
      ...new Set(
        words(
          [product.name, ...product.tags, ...product.options, product.category?.name ?? '', product.description].join(
            ' ',
          ),
        ),
      ),
    ].join(' '),
    skus: product.skus.map(normalizeSku),
    category: product.category?.slug,
    category_name: product.category?.name,
    price_cents: product.pricesCents,
    in_stock: product.inStock,
    created_at: product.createdAt,
    suggest: { input: suggestInputs(product.name), weight: product.inStock ? 2 : 1 },
  };
}

/** The name, and the name from each later word onward, so that "mug" suggests "Stoneware mug". */
function suggestInputs(name: string): string[] {
  const parts = name.split(/\s+/).slice(0, 6);
  return parts.map((_, index) => parts.slice(index).join(' ').slice(0, 100));
}

/** SKUs are searched without regard to case and to spaces around them. */
export const normalizeSku = (text: string): string => text.trim().toLowerCase();

/** Identifies the fields and how their texts are split, so that an index of an earlier release is rebuilt. */
const LAYOUT = `2 ${JSON.stringify(mappings)}`;

export class ProductIndex {
  readonly client: Client;
  readonly alias: string;

  constructor(client: Client, alias: string) {
    this.client = client;
    this.alias = alias;
  }

  /**
   * Creates the index and its alias unless they exist. Safe to call from several processes at once.
   * @returns whether the index must be filled, because it was created now or has the layout of another release
   */
  async ensure(): Promise<boolean> {
    if (await this.client.indices.existsAlias({ name: this.alias })) return !(await this.#hasCurrentLayout());
    const index = `${this.alias}-1`;
    try {
      await this.create(index);
    } catch (error) {
      if (!(error instanceof errors.ResponseError) || error.body?.error?.type !== 'resource_already_exists_exception')
        throw error;
    }
    await this.client.indices.putAlias({ index, name: this.alias });
    return true;
  }

  async #hasCurrentLayout(): Promise<boolean> {
    const current = await this.client.indices.getMapping({ index: this.alias });
    return Object.values(current).every(({ mappings: { _meta } }) => _meta?.layout === LAYOUT);
  }

  async create(index: string): Promise<void> {
    await this.client.indices.create({
      index,
      mappings: { ...mappings, _meta: { layout: LAYOUT } },
      settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '1s' },
    });
  }

  /**
   * Indexes products and deletes removed ones in one bulk request.
   * @param index target; defaults to the alias, but a rebuild fills an index of its own
   * @throws when Elasticsearch rejects a document for any reason other than having a newer version of it
   */
  async write(
    products: readonly IndexedProduct[],
    removed: readonly { id: string; version: number }[],
    options: { index?: string; refresh?: boolean | 'wait_for' } = {},
  ): Promise<void> {
    const index = options.index ?? this.alias;
    const operations: unknown[] = [];
    for (const product of products) {
      operations.push(
        { index: { _index: index, _id: product.id, version: product.version, version_type: 'external_gte' } },
        toDocument(product),
      );
    }
    for (const { id, version } of removed) {
      operations.push({ delete: { _index: index, _id: id, version, version_type: 'external_gte' } });
    }
    if (operations.length === 0) return;
    const answer = await this.client.bulk({ operations, refresh: options.refresh ?? false });
    if (!answer.errors) return;
    const refused = answer.items
      .map((item) => Object.values(item)[0]!)
      .find((item) => item.error && item.status !== 409 && item.status !== 404);
    if (refused)
      throw new Error(`Elasticsearch refused product ${refused._id}: ${refused.error?.type} ${refused.error?.reason}`);
  }

  /** Atomically points the alias at a filled index, and deletes the previous ones. */
  async publish(index: string): Promise<void> {
    const current = await this.client.indices.getAlias({ name: this.alias }).catch(() => ({}));
    const previous = Object.keys(current).filter((name) => name !== index);
    await this.client.indices.refresh({ index });
    await this.client.indices.updateAliases({
      actions: [{ add: { index, alias: this.alias } }, ...previous.map((name) => ({ remove_index: { index: name } }))],
    });
  }
}

/** Connects to Elasticsearch. `requestTimeout` is short because a page waits for each search. */
export function connectElasticsearch(url: string): Client {
  return new Client({ node: url, requestTimeout: 10_000, maxRetries: 1 });
}
