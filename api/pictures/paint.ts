/** The inputs of a drawing: its colors, its pattern, and choices derived from the product. */

import { hashText } from '../../domain/random.ts';
import { COLORS, type ColorName } from './colors.ts';
import { MATERIAL_COLORS, type MaterialName } from './material-colors.ts';
import { brightness, darker, lighter } from './tint.ts';

export const PATTERNS = [
  'plain',
  'stripes',
  'dots',
  'speckle',
  'check',
  'ribs',
  'band',
  'dip',
  'zigzag',
  'diamond',
  'flowers',
] as const;
export type Pattern = (typeof PATTERNS)[number];

/** The attributes of a product that determine its picture. */
export interface Pictured {
  sku: string;
  name: string;
  categorySlug: string;
  tags: readonly string[];
  optionValues: Readonly<Record<string, string>>;
}

/** Style tags and their patterns. */
const PATTERN_WORDS: Readonly<Record<string, Pattern>> = {
  speckled: 'speckle',
  striped: 'stripes',
  checked: 'check',
  waffle: 'check',
  dotted: 'dots',
  ribbed: 'ribs',
  fluted: 'ribs',
  ridged: 'ribs',
  'cable-knit': 'ribs',
  channel: 'ribs',
  banded: 'band',
  'half-dipped': 'dip',
  'two-tone': 'dip',
  patchwork: 'diamond',
  diamond: 'diamond',
  hammered: 'diamond',
  herringbone: 'zigzag',
  'fair isle': 'zigzag',
  fisherman: 'zigzag',
  'block-print': 'flowers',
  floral: 'flowers',
  botanical: 'flowers',
  patterned: 'diamond',
};

const colorsByName = new Map(Object.entries(COLORS).map(([name, hex]) => [name.toLowerCase(), hex]));

function colorIn(product: Pictured): string | undefined {
  const chosen = product.optionValues.color ?? product.optionValues.colour;
  const named = chosen && colorInWords(chosen);
  if (named) return named;
  for (const tag of product.tags) {
    const found = colorsByName.get(tag);
    if (found) return found;
  }
  return undefined;
}

/** Common color names, which imported products use. */
const PLAIN_COLOR_WORDS: Readonly<Record<string, ColorName>> = {
  red: 'Cherry',
  blue: 'Cobalt',
  green: 'Moss',
  yellow: 'Mustard',
  orange: 'Apricot',
  pink: 'Rose',
  purple: 'Plum',
  violet: 'Lavender',
  brown: 'Caramel',
  beige: 'Sand',
  grey: 'Gray',
  turquoise: 'Aqua',
  gold: 'Ochre',
};

function colorInWords(text: string): string | undefined {
  for (const word of text.toLowerCase().split(/[^a-z]+/)) {
    const plain = PLAIN_COLOR_WORDS[word];
    const found = plain ? COLORS[plain] : colorsByName.get(word);
    if (found) return found;
  }
  return undefined;
}

/** The last material among the tags: earlier ones can belong to the product type, such as a mirror's glass. */
function materialIn(product: Pictured): MaterialName | undefined {
  return product.tags.findLast((tag): tag is MaterialName => Object.hasOwn(MATERIAL_COLORS, tag));
}

function patternIn(product: Pictured): Pattern {
  for (const tag of product.tags) {
    const found = PATTERN_WORDS[tag];
    if (found) return found;
  }
  return 'plain';
}

/** Colors that match most others, for handles, trims, and other secondary parts. */
const ACCENTS: readonly ColorName[] = [
  'Terracotta',
  'Mustard',
  'Teal',
  'Navy',
  'Coral',
  'Sage',
  'Cream',
  'Plum',
  'Rust',
  'Sky',
];

export class Paint {
  readonly product: Pictured;
  readonly base: string;
  readonly light: string;
  readonly dark: string;
  readonly deep: string;
  readonly accent: string;
  readonly accentLight: string;
  readonly accentDark: string;
  readonly ink = '#3a3431';
  readonly paper = '#fbf6ea';
  readonly wood: string;
  readonly woodDark: string;
  readonly metal = '#b9c0c6';
  readonly metalDark = '#8d969e';
  readonly metalLight = '#dde2e6';
  readonly brass = '#caa24f';
  readonly leaf = '#6f9a5b';
  readonly leafDark = '#4f7a47';
  /** Color of handles and grips: the product's color, or an accent if it has none. */
  readonly grip: string;
  readonly pattern: Pattern;
  readonly material: MaterialName | undefined;
  /** Keeps element IDs unique among several pictures on one page. */
  readonly #prefix: string;
  readonly #hash: number;
  #ids = 0;

  constructor(product: Pictured, fallbackColors: readonly ColorName[]) {
    this.product = product;
    // The SKU's last part is ignored, so that variants of a family have the same shape and differ only by their attributes.
    this.#hash = hashText(product.sku.replace(/^(\w+-\d+)-\d+$/, '$1'));
    this.#prefix = `p${hashText(product.sku).toString(36)}`;
    this.material = materialIn(product);
    this.pattern = patternIn(product);
    this.base =
      colorIn(product) ??
      (this.material ? MATERIAL_COLORS[this.material] : undefined) ??
      colorInWords(product.name) ??
      COLORS[fallbackColors[this.pick(fallbackColors.length, 'base')]!];
    this.light = lighter(this.base, 0.35);
    this.dark = darker(this.base, 0.18);
    this.deep = darker(this.base, 0.36);
    this.accent = this.#accentFor();
    this.accentLight = lighter(this.accent, 0.35);
    this.accentDark = darker(this.accent, 0.2);
    this.grip = colorIn(product) ?? this.accent;
    this.wood = MATERIAL_COLORS[(['oak', 'beech', 'walnut', 'ash'] as const)[this.pick(4, 'wood')]!];
    this.woodDark = darker(this.wood, 0.2);
  }

  /** An accent that stands out from the base. */
  #accentFor(): string {
    const start = this.pick(ACCENTS.length, 'accent');
    for (let step = 0; step < ACCENTS.length; step += 1) {
      const candidate = COLORS[ACCENTS[(start + step) % ACCENTS.length]!];
      if (Math.abs(brightness(candidate) - brightness(this.base)) > 0.16) return candidate;
    }
    return COLORS.Cream;
  }

  /** An integer from 0 to `count` − 1, derived from the product and from `what` it is for. */
  pick(count: number, what = ''): number {
    return (what === '' ? this.#hash : hashText(`${this.#hash}${what}`)) % count;
  }

  /** One of several items, derived from the product. */
  choose<Item>(items: readonly Item[], what = ''): Item {
    return items[this.pick(items.length, what)]!;
  }

  /** Whether the product has one of these tags. */
  is(...words: readonly string[]): boolean {
    return words.some((word) => this.product.tags.includes(word));
  }

  /** An element ID for a clip path, unique in the picture. */
  newId(): string {
    this.#ids += 1;
    return `${this.#prefix}-${this.#ids}`;
  }
}
