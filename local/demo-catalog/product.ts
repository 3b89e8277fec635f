/** A product of the demo catalog, before it is stored. */

export interface CatalogFamily {
  /** Stable name of the family among all families; its id follows from it. */
  key: string;
  /** What its members are called without their options. */
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
  /** The member that lists show for the whole family; true for products without one. */
  isFamilyLead: boolean;
  createdAt: Date;
}
