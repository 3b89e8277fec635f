import { describe, expect, it } from 'vitest';
import { canonicalText, decodeForm, decodeJson, FormError } from './form.ts';

/** Converts decoded objects, which have no prototype, to plain objects for comparison. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('request bodies', () => {
  it('reads nested names, lists with and without indexes, and encoded text', () => {
    const text = 'amount=10&metadata[order_id]=a%20b&expand[]=x&expand[]=y&types[0]=p&types[1]=q&card[number]=42';
    expect(plain(decodeForm(text))).toEqual({
      amount: '10',
      metadata: { order_id: 'a b' },
      expand: { 0: 'x', 1: 'y' },
      types: { 0: 'p', 1: 'q' },
      card: { number: '42' },
    });
  });

  it('treats names of prototype properties as plain names', () => {
    const decoded = decodeForm('__proto__[polluted]=1&constructor[x]=2');
    expect(Object.keys(decoded)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it.each(['a[b=1', 'a=1&a[b]=2', `a${'[b]'.repeat(9)}=1`])('rejects %s', (text) => {
    expect(() => decodeForm(text)).toThrow(FormError);
  });

  it('reads JSON into the same shape', () => {
    const json = JSON.stringify({ amount: 10, off: null, enabled: true, list: ['a'], nested: { deep: 'x' } });
    expect(plain(decodeJson(json))).toEqual({ amount: '10', enabled: 'true', list: { 0: 'a' }, nested: { deep: 'x' } });
    expect(() => decodeJson('[1]')).toThrow(FormError);
    expect(() => decodeJson('{')).toThrow(FormError);
  });

  it('has the same canonical text for any order of the names', () => {
    expect(canonicalText(decodeForm('a=1&b[c]=2&b[d]=3'))).toBe(canonicalText(decodeForm('b[d]=3&a=1&b[c]=2')));
    expect(canonicalText(decodeForm('a=1'))).not.toBe(canonicalText(decodeForm('a=2')));
  });
});
