import { describe, expect, it } from 'vitest';
import {
  aFlag,
  checkRequest,
  describeUpdate,
  extensionMinutes,
  optional,
  refusalOfTexts,
  requiredText,
} from './staff.ts';

const GOOD = { requestId: 'case-1', requestedBy: 'Anna', reason: 'Customer called' };
const EXAMPLE = { requestId: 'case-4711', lines: [{ product: 'SKU', quantity: 1 }] };
const LIKE = 'For example: {"requestId": "case-4711", "lines": [{"product": "SKU", "quantity": 1}]}';

/** The sentence with which a request is refused; undefined when it is taken. */
function refusal(request: unknown, fields?: Parameters<typeof checkRequest>[2]): string | undefined {
  try {
    checkRequest(request, EXAMPLE, fields);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ type: 'invalid_request', nonRetryable: true });
    return (error as Error).message;
  }
}

describe('a request of staff', () => {
  it('says who asks, why, and which request it is', () => {
    expect(refusal(GOOD)).toBeUndefined();
    expect(refusal({ ...GOOD, proof: 'x'.repeat(200) })).toBeUndefined();
  });

  it.each([undefined, null, 'text', 5, [GOOD]])('is no %j', (request) => {
    expect(refusal(request)).toMatch(/^Send one JSON object\. For example: \{/);
  });

  it('that lacks everything is told of everything, with an example to copy', () => {
    expect(refusal({})).toBe(
      `“requestId” (any text that identifies this request, such as the ticket number) is required. “requestedBy” (your name) is required. “reason” (why, in a few words) is required. ${LIKE}`,
    );
  });

  it.each([
    ['requestId', 100],
    ['requestedBy', 100],
    ['reason', 500],
    ['proof', 200],
  ])('has a %s of %d characters at most', (field, longest) => {
    expect(refusal({ ...GOOD, [field]: 'a'.repeat(longest) })).toBeUndefined();
    expect(refusal({ ...GOOD, [field]: 'a'.repeat(longest + 1) })).toContain(`is longer than ${longest} characters.`);
  });

  it('names a proof that can’t be one', () => {
    expect(refusal({ ...GOOD, proof: 5 })).toBe(`“proof” is required. ${LIKE}`);
  });

  it('has no field that is not known', () => {
    expect(refusal({ ...GOOD, resaon: 'x' })).toMatch(/^“resaon” is not a valid field\. For example: /);
  });

  it('can have fields of its own, and make its reason optional', () => {
    const fields = { restock: aFlag('restock'), reason: optional(requiredText('“reason”', 500)) };
    expect(refusal({ requestId: 'a', requestedBy: 'b', restock: true }, fields)).toBeUndefined();
    expect(refusal({ ...GOOD, restock: 'yes' }, fields)).toContain('“restock” must be true or false.');
  });
});

describe('a check of a field', () => {
  it('of a text wants one that can be stored', () => {
    const check = requiredText('The carrier', 5);
    expect([check('UPS'), check('a\nb')]).toEqual([undefined, undefined]);
    for (const value of [undefined, null, '', ' ', 5]) expect(check(value)).toBe('The carrier is required.');
    expect(check('a\u0000')).toBe('The carrier contains a control character that can’t be stored; remove it.');
    expect(check('abcdef')).toBe('The carrier is longer than 5 characters.');
  });

  it('that is optional takes nothing at all too', () => {
    const check = optional(aFlag('restock'));
    expect([undefined, null, true, false].map((value) => check(value))).toEqual(Array(4).fill(undefined));
    expect(check(0)).toBe('“restock” must be true or false.');
  });

  it('of minutes wants 1 to 30, and whole ones', () => {
    expect([1, 30].map((value) => extensionMinutes(value))).toEqual([undefined, undefined]);
    for (const value of [0, 31, 1.5, '5', undefined])
      expect(extensionMinutes(value)).toBe('“minutes” must be a whole number from 1 to 30.');
  });

  it('of texts alone names what is wrong with them', () => {
    expect(refusalOfTexts({ requestedBy: 'Anna', reason: 'Fine' })).toBeUndefined();
    expect(refusalOfTexts({ requestedBy: '', reason: 5 })).toBe(
      '“requestedBy” (your name) is required. “reason” (why, in a few words) is required.',
    );
  });
});

it('an update is described with an example in one line', () => {
  expect(describeUpdate('Does it.', { a: 1, b: [], c: { d: 'x' } })).toBe(
    'Does it.\n\nSend: {"a": 1, "b": [], "c": {"d": "x"}}',
  );
});
