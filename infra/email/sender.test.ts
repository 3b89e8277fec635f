import { describe, expect, it } from 'vitest';
import { readSome } from '../config.ts';
import { senderOf } from './sender.ts';

const senderWith = (settings: Record<string, string>) =>
  senderOf(readSome(['MAIL_FROM', 'SHOP_NAME', 'STOREFRONT_URL'], settings));

describe('the sender of emails', () => {
  it('is the shop at its own domain by default', () => {
    expect(senderWith({ STOREFRONT_URL: 'https://www.pots.example' })).toEqual({
      name: 'Holdfast',
      address: 'orders@pots.example',
    });
    expect(senderWith({ SHOP_NAME: 'Pots' })).toEqual({ name: 'Pots', address: 'orders@shop.localhost' });
    expect(senderWith({ STOREFRONT_URL: 'http://[::1]:3000' }).address).toBe('orders@shop.localhost');
  });

  it('is MAIL_FROM if set, with or without a name', () => {
    expect(senderWith({ MAIL_FROM: '"Pots, Pans" <hello@pots.example>' })).toEqual({
      name: 'Pots, Pans',
      address: 'hello@pots.example',
    });
    expect(senderWith({ MAIL_FROM: 'hello@pots.example' })).toEqual({
      name: 'Holdfast',
      address: 'hello@pots.example',
    });
  });

  it('is rejected at startup when it is not an address', () => {
    for (const MAIL_FROM of ['Pots', 'Pots <hello>', 'a@b.example\r\nBcc: all@b.example', 'a@b.example, c@d.example'])
      expect(() => senderWith({ MAIL_FROM })).toThrow('MAIL_FROM');
  });
});
