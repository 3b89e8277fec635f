import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../local/demo-catalog/categories.ts';
import { generateCatalog } from '../../local/demo-catalog/generate.ts';
import { KINDS } from '../../local/demo-catalog/product-types/index.ts';
import { categoryPicture, type Pictured, productPicture } from './index.ts';
import { MOTIFS } from './motifs/index.ts';

/** Checks that a picture is well-formed XML, as far as these pictures need it. */
function problems(svg: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  let end = 0;
  for (const match of svg.matchAll(/<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [whole, closing, name, , selfClosing] = match;
    if (/[<>]/.test(svg.slice(end, match.index))) found.push(`stray angle bracket before ${whole}`);
    end = match.index + whole.length;
    if (closing) {
      const last = open.pop();
      if (last !== name) found.push(`</${name}> closes <${last}>`);
    } else if (!selfClosing) open.push(name!);
  }
  if (open.length > 0 || end !== svg.length)
    found.push(`left open: ${open.join(', ')}, rest: ${svg.slice(end, end + 40)}`);
  if (/&(?!(?:amp|lt|gt|quot);)/.test(svg)) found.push('a bare ampersand');
  const nonsense = /NaN|undefined|Infinity|null|"none"\/>|\$\{/.exec(svg.replaceAll(/fill="none"/g, ''));
  if (nonsense) found.push(`${nonsense[0]} at ${nonsense.index}`);
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  if (new Set(ids).size !== ids.length) found.push('an id twice');
  for (const [, used] of svg.matchAll(/url\(#([^)]+)\)/g)) if (!ids.includes(used!)) found.push(`no id ${used}`);
  return found;
}

const products = [...generateCatalog({ products: 6000 })];

describe('pictures of products', () => {
  it('are well-formed for thousands of products of every type', () => {
    expect(new Set(products.map(({ tags }) => tags[0])).size).toBe(KINDS.length);
    for (const product of products) {
      const found = problems(productPicture(product));
      if (found.length > 0) throw new Error(`${product.sku} ${product.name}: ${found.join('; ')}`);
    }
  });

  it('have a drawing for each product type', () => {
    expect(KINDS.filter(({ slug }) => !MOTIFS.has(slug))).toEqual([]);
    expect(MOTIFS.size).toBe(KINDS.length);
  });

  it('are deterministic and have the product’s color', () => {
    const mug = (color: string): Pictured => ({
      sku: 'MUG-0001',
      name: 'Halden Stoneware Mug',
      categorySlug: 'tableware',
      tags: ['mug', 'stoneware'],
      optionValues: { color },
    });
    expect(productPicture(mug('Sage'))).toBe(productPicture(mug('Sage')));
    expect(productPicture(mug('Sage'))).toContain('#98ad86');
    expect(productPicture(mug('Navy'))).toContain('#2b4470');
    expect(productPicture(mug('Navy')).replaceAll(/#[0-9a-f]{6}/g, '')).toBe(
      productPicture(mug('Sage')).replaceAll(/#[0-9a-f]{6}/g, ''),
    );
  });

  it('suit products from other catalogs', () => {
    const product = (name: string, categorySlug = '', tags: string[] = []): Pictured => ({
      sku: `X-${name}`,
      name,
      categorySlug,
      tags,
      optionValues: {},
    });
    const blue = productPicture(product('Big blue coffee mug'));
    expect(blue).toContain('#2f62c6');
    expect(problems(productPicture(product('Tom & "Jerry" <b>\u0000 \u{1f600}')))).toEqual([]);
    expect(
      problems(productPicture(product('Nothing we know', 'no-such-category', ['__proto__', 'constructor']))),
    ).toEqual([]);
    expect(productPicture(product('A thing', 'toys'))).not.toBe(productPicture(product('A thing', 'pets')));
  });

  it('take well under a millisecond', () => {
    const begun = performance.now();
    for (const product of products) productPicture(product);
    expect((performance.now() - begun) / products.length).toBeLessThan(1);
  });
});

describe('pictures of categories', () => {
  it.each([...CATEGORIES.map(({ slug }) => slug), 'no-such-department', '"><script>'])('%s is well-formed', (slug) => {
    expect(problems(categoryPicture(slug))).toEqual([]);
  });
});
