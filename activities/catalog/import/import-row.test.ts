import { describe, expect, it } from 'vitest';
import { readRow } from './import-row.ts';

const read = (record: Record<string, unknown>) => readRow({ sku: 'A-1', ...record }, 7, 'usd');

describe('a row of an import', () => {
  it('reads text values of CSV', () => {
    const record = {
      sku: ' A-1 ',
      name: 'Mug',
      category: 'Tableware',
      price: '12.50',
      stock_quantity: '40',
      tags: 'Gift| stoneware |',
      options: 'Color=Sage|size=12 oz',
      family: 'Halden Mug',
      description: '',
    };
    expect(read(record)).toEqual({
      line: 7,
      sku: 'A-1',
      name: 'Mug',
      category: 'Tableware',
      priceCents: 1250,
      currency: 'usd',
      stockQuantity: 40,
      tags: ['gift', 'stoneware'],
      options: { color: 'Sage', size: '12 oz' },
      family: 'Halden Mug',
    });
  });

  it('reads typed values of JSON', () => {
    const row = read({ price: 12.5, stock_quantity: 3, tags: ['a'], options: { color: 'Sage' }, name: null });
    expect(row).toMatchObject({ priceCents: 1250, stockQuantity: 3, tags: ['a'], options: { color: 'Sage' } });
    expect(row).not.toHaveProperty('name');
    expect(read({ stock_delta: '-3', stock_reference: 'Broken' })).toMatchObject({
      stockDelta: -3,
      stockReference: 'Broken',
    });
    expect(read({ stock_quantity: '3', stock_version: '12' })).toMatchObject({ stockQuantity: 3, stockVersion: 12 });
    expect(read({ price: '1.23', currency: 'KWD' })).toMatchObject({ priceCents: 1230 });
    expect(read({ price: '1200', currency: 'JPY' })).toMatchObject({ priceCents: 1200, currency: 'jpy' });
  });

  it('defaults to the shop’s currency', () => {
    expect(readRow({ sku: 'A-1', price: '5' }, 7, 'eur')).toMatchObject({ currency: 'eur', priceCents: 500 });
    expect(readRow({ sku: 'A-1', price: '5' }, 7, 'jpy')).toMatchObject({ currency: 'jpy', priceCents: 5 });
    expect(readRow({ sku: 'A-1', price: '5', currency: 'usd' }, 7, 'jpy')).toMatchObject({ priceCents: 500 });
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ sku: '' }, /^sku: is missing$/],
    [{ sku: 'x'.repeat(65) }, /^sku: /],
    [{ name: 'x'.repeat(256) }, /^name: /],
    [{ description: 'x'.repeat(5001) }, /^description: /],
    [{ category: '&&&' }, /^category: must have a letter or a digit$/],
    [{ price: 'free' }, /^price: must be a number such as 19\.99/],
    [{ price: '$5' }, /^price: must be a number/],
    [{ price: '1.999' }, /^price: .*at most 2 decimals in USD/],
    [{ price: '1.5', currency: 'jpy' }, /^price: .*at most 0 decimals/],
    [{ price: 0 }, /^price: must be more than 0$/],
    [{ price: -1 }, /^price: must be more than 0$/],
    [{ price: '1000000' }, /^price: must be at most 999999\.99$/],
    [{ currency: 'dollars' }, /^currency: is not a currency that Stripe supports/],
    [{ currency: 'zzz' }, /^currency: is not a currency that Stripe supports/],
    // Prices as spreadsheets format them.
    [{ price: '1,299.00' }, /^price: must be a number such as 19\.99/],
    [{ price: '5.00 USD' }, /^price: must be a number/],
    [{ price: '.99' }, /^price: must be a number/],
    [{ price: '1.234', currency: 'kwd' }, /^price: must be a multiple of 0\.010 in KWD/],
    [{ stock_quantity: '-1' }, /^stock_quantity: must be a whole number, 0 or more$/],
    [{ stock_quantity: 1.5 }, /^stock_quantity: must be a whole number/],
    [{ stock_quantity: '10000001' }, /^stock_quantity: must be at most 10000000$/],
    [{ image_url: 'javascript:alert(1)' }, /^image_url: must be an http/],
    [{ image_url: '//elsewhere' }, /^image_url: must be an http/],
    [{ tags: 5 }, /^tags: must have the format/],
    [{ tags: 'x'.repeat(51) }, /^tags: /],
    [{ options: 'color' }, /^options: must have the format color=Sage/],
    [{ options: ['a'] }, /^options: /],
    [{ name: 'a\u0000b' }, /^name: contains a control character that can’t be stored/],
    [{ name: 'a\nb' }, /^name: contains a control character/],
    [{ stock_delta: 5 }, /^stock_reference: is required; name the delivery/],
    [{ stock_delta: 0, stock_reference: 'A' }, /^stock_delta: must be a whole number other than 0/],
    [{ stock_delta: '+5', stock_reference: 'A' }, /^stock_delta: must be a whole number/],
    [
      { stock_delta: 5, stock_quantity: 5, stock_reference: 'A' },
      /^stock_delta: send either stock_delta or stock_quantity, not both$/,
    ],
    [{ stock_reference: 'A' }, /^stock_reference: requires stock_delta$/],
    [{ stock_version: 5 }, /^stock_version: requires stock_quantity$/],
    [{ stock_quantity: 5, stock_version: 0 }, /^stock_version: must be a whole number, 1 or more$/],
    [{ options: { a: '\ud800' } }, /^options: contains a control character/],
  ])('is refused with a reason (%#)', (record, reason) => {
    expect(read(record)).toEqual({ line: 7, reason: expect.stringMatching(reason) });
  });
});
