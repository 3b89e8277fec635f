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

it('leads each choice to the variant closest to the present one', () => {
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

it('offers no choice where there is none', () => {
  const only = variant('one', 'S', 'Red');
  expect(optionGroups({ id: 'one', option_values: only.option_values, variants: [only] })).toEqual([]);
});
