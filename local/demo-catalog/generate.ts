/**
 * Generates the demo catalog. It is pure: the same seed gives the same products, and a smaller catalog is a prefix of a
 * larger one, so that a shop can grow without changing existing products.
 */

import type { ColorName } from '../../api/pictures/colors.ts';
import type { MaterialName } from '../../api/pictures/material-colors.ts';
import { Random, scatter } from '../../domain/random.ts';
import { findCategory } from './categories.ts';
import { type Attributes, description, modelName, productName } from './describe.ts';
import { MATERIALS, takesColor } from './materials.ts';
import type { CatalogProduct } from './product.ts';
import { KINDS, type Kind } from './product-types/index.ts';
import { LINES } from './product-types/lines.ts';
import { writerName } from './writers.ts';

export interface GenerateOptions {
  /** Number of products (rows that can be bought). */
  products: number;
  /** Another seed gives another catalog. */
  seed?: string;
  /** The date of the newest products; default: a fixed date. */
  asOf?: Date;
  /** ISO 4217, lower case. */
  currency?: string;
}

export const DEFAULT_PRODUCTS = 1200;
const DEFAULT_AS_OF = new Date('2026-01-31T12:00:00Z');
const DAYS_BACK = 720;
const MAX_VARIANTS = 4;

interface Context {
  seed: string;
  asOf: Date;
  currency: string;
}

interface Model extends Attributes {
  /** Index among the models of its kind: 0, 1, 2, … */
  index: number;
  random: Random;
}

function linesOf(kind: Kind): readonly string[] {
  return kind.lines ?? LINES;
}

/** Number of materials that distinguish models of a kind by name; other materials don't appear in names. */
function namedMaterials(kind: Kind): number {
  return kind.namesMaterial === false || kind.naming === 'title' ? 1 : kind.materials.length;
}

/** How many models of a kind have distinct names. */
function modelCount(kind: Kind): number {
  return linesOf(kind).length * kind.styles.length * namedMaterials(kind);
}

function modelOf(kind: Kind, index: number, seed: string): Model {
  const lines = linesOf(kind);
  const random = new Random(`${seed}/${kind.slug}/${index}`);
  let choice = scatter(index, modelCount(kind), `${seed}/${kind.slug}`);
  const line = lines[choice % lines.length]!;
  choice = Math.floor(choice / lines.length);
  const style = kind.styles[choice % kind.styles.length]!;
  const named = Math.floor(choice / kind.styles.length);
  const material: MaterialName = namedMaterials(kind) > 1 ? kind.materials[named]! : random.pick(kind.materials);
  const brand = random.pick(findCategory(kind.category)!.brands);
  const author = kind.naming === 'title' ? writerName(random) : undefined;
  return { kind, index, random, line, style, material, brand, author };
}

interface Variant {
  color?: ColorName;
  size?: string;
}

/** The colors and sizes of a model: one of each, or several of one of them. */
function variantsOf({ kind, material, random }: Model): { variants: Variant[]; varied: 'color' | 'size' | null } {
  const colors = kind.colors && takesColor(material) ? kind.colors : [];
  const sizes = Object.keys(kind.sizes ?? {});
  const color = colors.length > 0 ? random.pick(colors) : undefined;
  const size = sizes.length > 0 ? random.pick(sizes) : undefined;
  const choices = kind.vary.filter((dimension) => (dimension === 'color' ? colors : sizes).length > 1);
  if (choices.length === 0 || !random.chance(0.42)) return { variants: [{ color, size }], varied: null };
  const varied = random.pick(choices);
  if (varied === 'size') {
    return { variants: sizes.slice(0, MAX_VARIANTS).map((each) => ({ color, size: each })), varied };
  }
  const picked = random.sample(colors, random.integer(2, MAX_VARIANTS));
  return { variants: picked.map((each) => ({ color: each, size })), varied };
}

/** Rounds to typical shop prices: 12.50, 24.99, 148.00. */
function shopPrice(dollars: number, random: Random): number {
  if (dollars >= 100) return Math.round(dollars) * 100 - (random.chance(0.4) ? 1 : 0);
  const whole = Math.max(1, Math.floor(dollars));
  const cents = dollars < 10 ? [0, 25, 50, 75, 95, 99] : [0, 50, 95, 99, 99];
  return whole * 100 + random.pick(cents);
}

/** A few products are sold out, some are low in stock, and most are well in stock, especially cheap ones. */
function stockOf(priceCents: number, random: Random): number {
  const fate = random.fraction();
  if (fate < 0.035) return 0;
  if (fate < 0.095) return random.integer(1, 3);
  const maxStock = priceCents > 20_000 ? 60 : priceCents > 6000 ? 180 : 400;
  return Math.max(5, Math.round(5 + (maxStock - 5) * random.fraction() ** 1.6));
}

function tagsOf({ kind, material, style, brand }: Model, color: ColorName | undefined): string[] {
  const words = [
    kind.slug,
    ...kind.tags,
    MATERIALS[material].label === '' ? '' : material,
    style,
    color ?? '',
    brand,
  ].map((word) => word.toLowerCase());
  return [...new Set(words)].filter(Boolean);
}

function* productsOf(model: Model, context: Context): Generator<CatalogProduct> {
  const { kind, material, random } = model;
  const number = String(model.index + 1).padStart(4, '0');
  const { variants, varied } = variantsOf(model);
  const base = random.between(...kind.price) * MATERIALS[material].priceFactor;
  const createdAt = new Date(context.asOf.getTime() - random.integer(0, DAYS_BACK * 24 * 60) * 60_000);
  const sizeName = kind.sizeName ?? 'size';
  const textSeed = random.integer(0, 2 ** 31);
  for (const [index, { color, size }] of variants.entries()) {
    const sku = varied ? `${kind.code}-${number}-${index + 1}` : `${kind.code}-${number}`;
    const own = new Random(`${context.seed}/${sku}`);
    const attributes: Attributes = { ...model, color, size };
    const factor = size === undefined ? 1 : kind.sizes![size]!;
    const priceCents = shopPrice(base * factor, new Random(textSeed));
    yield {
      sku,
      name: productName(attributes),
      description: description(attributes, new Random(textSeed)),
      categorySlug: kind.category,
      priceCents,
      currency: context.currency,
      stockQuantity: stockOf(priceCents, own),
      tags: tagsOf(model, color),
      optionValues: { ...(color && { color }), ...(size && { [sizeName]: size }) },
      family: varied
        ? {
            key: `${kind.code}-${number}`,
            name: modelName(model),
            optionNames: [varied === 'size' ? sizeName : 'color'],
          }
        : null,
      isFamilyLead: index === 0,
      createdAt,
    };
  }
}

/** Kinds in a different order for each round, so that a catalog of any size includes all of them. */
function kindsInRound(round: number, seed: string): Kind[] {
  return new Random(`${seed}/round/${round}`).sample(KINDS, KINDS.length);
}

/**
 * Yields `products` products, one at a time.
 * @throws RangeError when more are requested than have distinct names
 */
export function* generateCatalog(options: GenerateOptions): Generator<CatalogProduct, void> {
  const context: Context = {
    seed: options.seed ?? 'holdfast',
    asOf: options.asOf ?? DEFAULT_AS_OF,
    currency: options.currency ?? 'usd',
  };
  let made = 0;
  for (let round = 0; made < options.products; round += 1) {
    const kinds = kindsInRound(round, context.seed).filter((kind) => round < modelCount(kind));
    if (kinds.length === 0) {
      throw new RangeError(
        `The generator can create at most ${made} products, but ${options.products} were requested.`,
      );
    }
    for (const kind of kinds) {
      for (const product of productsOf(modelOf(kind, round, context.seed), context)) {
        if (made === options.products) return;
        made += 1;
        yield product;
      }
    }
  }
}
