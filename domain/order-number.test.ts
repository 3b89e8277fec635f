import { expect, it } from 'vitest';
import { readOrderNumber } from './order-number.ts';

it.each([
  '482-913-077',
  '482913077',
  '482 913 077',
  '482.913.077',
  '#482-913-077',
  '# 482913077',
  ' 482-913077\n',
  '482\u2011913\u2011077',
  '482\u2013913\u2013077',
  '482\u00a0913\u00a0077',
  'Order 482-913-077',
  'order number 482913077',
  'order no. #482-913-077',
])('reads %j as the number 482-913-077', (text) => {
  expect(readOrderNumber(text)).toBe('482-913-077');
});

it.each([
  '',
  '482',
  '482-913',
  '48-2913-077',
  '482-913-07',
  '482-913-0777',
  '082-913-077',
  '482--913-077',
  '482-913-o77',
  '$482913077',
  'order482-913-077x',
  '65750F42',
])('does not read %j as a number', (text) => {
  expect(readOrderNumber(text)).toBeUndefined();
});
