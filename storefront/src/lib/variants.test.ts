import { expect, it } from 'vitest';
import { optionGroups } from './variants.ts';

const variant = (id: string, size: string, color: string, in_stock = true) => ({
  id,
  sku: id,
  name: id,
  price: 1,
  currency: 'usd',
  in_stock,
  option_values: { size, color },
});

it('links each choice to the variant most similar to the current one', () => {
  const variants = [
    variant('s-red', 'S', 'Red'),
    variant('m-red', 'M', 'Red'),
    variant('m-blue', 'M', 'Blue', false),
    variant('l-green', 'L', 'Green'),
  ];
  const groups = optionGroups({ id: 'm-red', option_values: { size: 'M', color: 'Red' }, variants });
  expect(groups).toEqual([
    {
      name: 'size',
      choices: [
        { value: 'S', productId: 's-red', current: false, inStock: true },
        { value: 'M', productId: 'm-red', current: true, inStock: true },
        { value: 'L', productId: 'l-green', current: false, inStock: true },
      ],
    },
    {
      name: 'color',
      choices: [
        { value: 'Red', productId: 'm-red', current: true, inStock: true },
        { value: 'Blue', productId: 'm-blue', current: false, inStock: false },
        { value: 'Green', productId: 'l-green', current: false, inStock: true },
      ],
    },
  ]);
});

it('has no options when there is nothing to choose', () => {
  const only = variant('one', 'S', 'Red');
  expect(optionGroups({ id: 'one', option_values: only.option_values, variants: [only] })).toEqual([]);
});

it('prefers the variant that shares the most options, whether in stock or not, and among equals one in stock', () => {
  const made = (id: string, size: string, color: string, fit: string, in_stock: boolean) => ({
    ...variant(id, size, color, in_stock),
    option_values: { size, color, fit },
  });
  const variants = [
    made('now', 'M', 'Red', 'slim', true),
    made('other-color-and-fit', 'L', 'Blue', 'wide', true),
    made('same-but-size', 'L', 'Red', 'slim', false),
    made('other-fit', 'L', 'Red', 'wide', true),
    made('sold-out', 'S', 'Red', 'wide', false),
    made('first-in-stock', 'S', 'Red', 'wide', true),
    made('second-in-stock', 'S', 'Red', 'wide', true),
  ];
  const [sizes] = optionGroups({ id: 'now', option_values: variants[0]!.option_values, variants });
  expect(sizes?.choices.map(({ productId }) => productId)).toEqual(['now', 'same-but-size', 'first-in-stock']);
});

it('leaves out an option that is the same for all variants, or that only one variant has', () => {
  const variants = [
    variant('s', 'S', 'Red'),
    { ...variant('m', 'M', 'Red'), option_values: { size: 'M', color: 'Red', gift_box: 'Yes' } },
  ];
  const groups = optionGroups({ id: 's', option_values: variants[0]!.option_values, variants });
  expect(groups.map(({ name }) => name)).toEqual(['size']);
});
