import { expect, it } from 'vitest';
import { imagePath } from './image-path.ts';

it.each([
  ['/media/products/LAMP-1.svg', 'products/LAMP-1.svg'],
  ['/media/products/A%2FB.svg', 'products/A%2FB.svg'],
  ['/media/products/50%25.svg', 'products/50%25.svg'],
  ['/media/products/..svg', 'products/..svg'],
  ['/media/..%2fapi%2fready', undefined],
  ['/media/%2e%2e/api/ready', undefined],
  ['/media/products/..%5c..%5capi', undefined],
  ['/media/products/%2e', undefined],
  ['/media/products//x.svg', undefined],
  ['/media/', undefined],
  ['/media/%E0%A4%A', undefined],
])('of %s is %s', (pathname, path) => {
  expect(imagePath(pathname)).toBe(path);
});
