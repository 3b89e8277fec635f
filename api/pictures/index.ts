/**
 * Draws pictures of products and categories as SVG. A picture depends only on the product's attributes, so every process draws the same
 * one and it can be cached indefinitely.
 */
import { CATEGORY_PICTURES, type CategoryPicture } from './category-pictures.ts';
import { motifOf } from './choose-motif.ts';
import type { ColorName } from './colors.ts';
import { Paint, type Pictured } from './paint.ts';
import { circle, escapeXml, group, path, rect } from './svg.ts';
import { darker, lighter } from './tint.ts';

export type { Pictured } from './paint.ts';

const FALLBACK_BACKGROUND = '#ece7dc';
/** For products without a known color. */
const FALLBACK_COLORS: readonly ColorName[] = [
  'Terracotta',
  'Sage',
  'Mustard',
  'Navy',
  'Teal',
  'Coral',
  'Slate',
  'Plum',
];

function backgroundOf(categorySlug: string): string {
  return CATEGORY_PICTURES[categorySlug]?.background ?? FALLBACK_BACKGROUND;
}

/** A soft shape behind the product, so that pages of pictures are calm but not uniform. */
function backdrop(paint: Paint, background: string): string {
  const pale = lighter(background, 0.55);
  const shape = paint.choose(
    [
      circle(200, 192, 152, pale),
      path('M56 330v-142a144 144 0 0 1 288 0v142z', pale),
      path('M84 92q96 -66 196 -18q92 50 66 152q-26 106 -150 104q-128 -4 -150 -108q-14 -86 38 -130z', pale),
      circle(200, 196, 148, pale) + circle(322, 92, 34, lighter(background, 0.3)),
    ],
    'backdrop',
  );
  return rect(0, 0, 400, 400, background) + shape;
}

/** Rounds coordinates to two decimals, which are enough. */
function tidy(svg: string): string {
  return svg.replaceAll(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 100) / 100));
}

/** A product's drawing and its paint, without the enclosing element. */
function drawn(product: Pictured): { thing: string; paint: Paint } {
  const paint = new Paint(product, FALLBACK_COLORS);
  return { thing: motifOf(product)(paint), paint };
}

/** A product's picture: a square SVG document that scales to any size. */
export function productPicture(product: Pictured): string {
  const { thing, paint } = drawn(product);
  const label = escapeXml(product.name);
  return tidy(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="800" height="800" role="img" aria-label="${label}">` +
      `<title>${label}</title>${backdrop(paint, backgroundOf(product.categorySlug))}${thing}</svg>`,
  );
}

/** An example product for a category's picture. */
function sampleOf(thing: CategoryPicture['things'][number] | undefined, slug: string, place: number): Pictured {
  const sku = `TILE-${slug}-${place}`;
  const [motif, material, color] = thing ?? [];
  return {
    sku,
    name: '',
    categorySlug: slug,
    tags: motif && material ? [motif, material] : [],
    optionValues: color ? { color } : {},
  };
}

/** A category's picture, in the ratio 4 : 3: three of its products side by side, or parcels for an unknown category. */
export function categoryPicture(slug: string): string {
  const background = backgroundOf(slug);
  const samples = CATEGORY_PICTURES[slug]?.things;
  const places = [
    { x: -10, y: 96, scale: 0.56 },
    { x: 262, y: 96, scale: 0.56 },
    { x: 88, y: 18, scale: 0.76 },
  ];
  const things = places.map(({ x, y, scale }, index) => {
    const product = sampleOf(samples?.[index], slug, index);
    return group(`translate(${x} ${y}) scale(${scale})`, drawn(product).thing);
  });
  const label = escapeXml(slug.replaceAll('-', ' '));
  return tidy(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 360" width="960" height="720" role="img" aria-label="${label}">` +
      `<title>${label}</title>${rect(0, 0, 480, 360, background)}${circle(240, 176, 150, lighter(background, 0.5))}` +
      `${rect(0, 262, 480, 98, darker(background, 0.05))}${things.join('')}</svg>`,
  );
}
