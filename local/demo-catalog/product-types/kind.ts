/** A kind of product: names, materials, prices, and texts of its products. */
import type { ColorName } from '../../../api/pictures/colors.ts';
import type { MaterialName } from '../../../api/pictures/material-colors.ts';

export interface KindSpec {
  /** Also a tag of its products, by which their image is found. */
  slug: string;
  /** First part of its products' SKUs. */
  code: string;
  /** Name of one product, in the singular. */
  noun: string;
  /** "these scissors" rather than "this". */
  plural?: boolean;
  /** "Brass Fountain Pen" rather than "Fountain Brass Pen". */
  materialFirst?: boolean;
  materials: readonly MaterialName[];
  /** False keeps the material out of names. */
  namesMaterial?: boolean;
  /** Words before the material; an empty string means none. */
  styles: readonly string[];
  /** If unset, the material determines the color. */
  colors?: readonly ColorName[];
  /** Label → price factor. If unset, there is one size. */
  sizes?: Readonly<Record<string, number>>;
  /** Name of the size option; default: "size". */
  sizeName?: string;
  /** A sentence about the size, with the placeholder `{size}`. */
  sizeFact?: string;
  /** In dollars, for a size and a material with factor 1. */
  price: readonly [min: number, max: number];
  /** The options in which a family's members differ. */
  vary: readonly ('color' | 'size')[];
  features: readonly string[];
  uses: readonly string[];
  tags: readonly string[];
  /** Names of its product lines, where the common ones don't fit. */
  lines?: readonly string[];
  /** `maker`: "Halden Mug" by a brand; `title`: a book, whose lines are titles and whose makers are authors. */
  naming?: 'maker' | 'title';
}

export interface Kind extends KindSpec {
  category: string;
}

export function inCategory(category: string, kinds: readonly KindSpec[]): Kind[] {
  return kinds.map((kind) => ({ ...kind, category }));
}

/** All pairs of words from two lists; the first list varies fastest. */
export function pairings(first: readonly string[], second: readonly string[]): string[] {
  return second.flatMap((after) => first.map((before) => `${before} ${after}`));
}
