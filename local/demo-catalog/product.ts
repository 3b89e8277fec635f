/** A product of the demo catalog, before it is stored. */

export interface CatalogFamily {
  /** Unique, stable name of the family, from which its ID is derived. */
  key: string;
  /** Name of its members, without options. */
  name: string;
  /** In the order in which a shopper chooses: `['color', 'size']`. */
  optionNames: readonly string[];
}

export interface CatalogProduct {
  sku: string;
  name: string;
  description: string;
  categorySlug: string;
  priceCents: number;
  /** ISO 4217, lower case. */
  currency: string;
  stockQuantity: number;
  tags: readonly string[];
  optionValues: Readonly<Record<string, string>>;
  family: CatalogFamily | null;
  /** Whether lists show this member for the whole family; true for products without a family. */
  isFamilyLead: boolean;
  createdAt: Date;
}
