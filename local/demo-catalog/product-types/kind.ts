/** A kind of product: what its members are called, made of, cost, and what is said of them. */
import type { ColorName } from '../../../api/pictures/colors.ts';
import type { MaterialName } from '../../../api/pictures/material-colors.ts';

export interface KindSpec {
  /** Also a tag of its products, by which their picture is found. */
  slug: string;
  /** First part of its products' SKUs. */
  code: string;
  /** How a product of it is called, in the singular. */
  noun: string;
  /** "these scissors" rather than "this". */
  plural?: boolean;
  /** "Brass Fountain Pen" rather than "Fountain Brass Pen". */
  materialFirst?: boolean;
  materials: readonly MaterialName[];
  /** False keeps the material out of names. */
  namesMaterial?: boolean;
  /** Words before the material; '' stands for none. */
  styles: readonly string[];
  /** None: colored by the material. */
  colors?: readonly ColorName[];
  /** Label → factor of the price. None: one size. */
  sizes?: Readonly<Record<string, number>>;
  /** What a shopper chooses among sizes: "size" unless given. */
  sizeName?: string;
  /** A sentence with `{size}`. */
  sizeFact?: string;
  /** In dollars, for a size of factor 1 in a material of factor 1. */
  price: readonly [least: number, most: number];
  /** What the members of a family differ in. */
  vary: readonly ('color' | 'size')[];
  features: readonly string[];
  uses: readonly string[];
  tags: readonly string[];
  /** Names of its lines, where those of all kinds will not do. */
  lines?: readonly string[];
  /** `maker`: "Halden Mug" by a brand; `title`: a book, whose lines are titles and whose makers are writers. */
  naming?: 'maker' | 'title';
}

export interface Kind extends KindSpec {
  category: string;
}

export function inCategory(category: string, kinds: readonly KindSpec[]): Kind[] {
  return kinds.map((kind) => ({ ...kind, category }));
}

/** Every pairing of two lists of words, those of the first list varying fastest. */
export function pairings(first: readonly string[], second: readonly string[]): string[] {
  return second.flatMap((after) => first.map((before) => `${before} ${after}`));
}
