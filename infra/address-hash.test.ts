import { describe, expect, it } from 'vitest';
import { addressHash, networkOf } from './address-hash.ts';

describe('networkOf', () => {
  it('is the IPv4 address, and the /64 of an IPv6 address in any notation', () => {
    expect(networkOf('203.0.113.9')).toBe('203.0.113.9');
    for (const address of ['2001:db8:0:7::1', '2001:0DB8:0000:0007:ffff:1:2:3', '2001:db8:0:7:a::%eth0'])
      expect(networkOf(address)).toBe('2001:db8:0:7::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('fe80::1')).toBe('fe80:0:0:0::/64');
    expect(networkOf('2001:db8:0:8::1')).not.toBe(networkOf('2001:db8:0:7::1'));
    expect(networkOf('not an address')).toBe('not an address');
  });
});

describe('addressHash', () => {
  it('is the same for one network and secret, and does not reveal the address', () => {
    const hash = addressHash('secret', '2001:db8::1');
    expect(addressHash('secret', '2001:db8::2')).toBe(hash);
    expect(addressHash('another secret', '2001:db8::1')).not.toBe(hash);
    expect(addressHash('secret', '203.0.113.9')).not.toBe(hash);
    expect(hash).toMatch(/^[\w-]{43}$/);
  });
});
