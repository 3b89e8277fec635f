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

/** The sentence with which a request is refused; undefined when it is accepted. */
function refusal(request: unknown, fields?: Parameters<typeof checkRequest>[2]): string | undefined {
  try {
    checkRequest(request, EXAMPLE, fields);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ type: 'invalid_request', nonRetryable: true });
    return (error as Error).message;
  }
}

describe('a staff request', () => {
  it('states its ID, who requests it, and why', () => {
    expect(refusal(GOOD)).toBeUndefined();
    expect(refusal({ ...GOOD, proof: 'x'.repeat(200) })).toBeUndefined();
  });

  it.each([undefined, null, 'text', 5, [GOOD]])('can’t be %j', (request) => {
    expect(refusal(request)).toMatch(/^Send one JSON object\. For example: \{/);
  });

  it('that lacks all fields is refused with every problem and an example to copy', () => {
    expect(refusal({})).toBe(
      `“requestId” (any text that identifies this request, such as the ticket number) is required. “requestedBy” (your name) is required. “reason” (why, in a few words) is required. ${LIKE}`,
    );
  });

  it.each([
    ['requestId', 100],
    ['requestedBy', 100],
    ['reason', 500],
    ['proof', 200],
  ])('has a %s of at most %d characters', (field, maxLength) => {
    expect(refusal({ ...GOOD, [field]: 'a'.repeat(maxLength) })).toBeUndefined();
    expect(refusal({ ...GOOD, [field]: 'a'.repeat(maxLength + 1) })).toContain(
      `is longer than ${maxLength} characters.`,
    );
  });

  it('is refused with an invalid proof', () => {
    expect(refusal({ ...GOOD, proof: 5 })).toBe(`“proof” is required. ${LIKE}`);
  });

  it('is refused with an unknown field', () => {
    expect(refusal({ ...GOOD, resaon: 'x' })).toMatch(/^“resaon” is not a valid field\. For example: /);
  });

  it('can have extra fields, and an optional reason', () => {
    const fields = { restock: aFlag('restock'), reason: optional(requiredText('“reason”', 500)) };
    expect(refusal({ requestId: 'a', requestedBy: 'b', restock: true }, fields)).toBeUndefined();
    expect(refusal({ ...GOOD, restock: 'yes' }, fields)).toContain('“restock” must be true or false.');
  });
});

describe('a field check', () => {
  it('of text requires text that can be stored', () => {
    const check = requiredText('The carrier', 5);
    expect([check('UPS'), check('a\nb')]).toEqual([undefined, undefined]);
    for (const value of [undefined, null, '', ' ', 5]) expect(check(value)).toBe('The carrier is required.');
    expect(check('a\u0000')).toBe('The carrier contains a control character that can’t be stored; remove it.');
    expect(check('abcdef')).toBe('The carrier is longer than 5 characters.');
  });

  it('that is optional also accepts a missing value', () => {
    const check = optional(aFlag('restock'));
    expect([undefined, null, true, false].map((value) => check(value))).toEqual(Array(4).fill(undefined));
    expect(check(0)).toBe('“restock” must be true or false.');
  });

  it('of minutes requires a whole number from 1 to 30', () => {
    expect([1, 30].map((value) => extensionMinutes(value))).toEqual([undefined, undefined]);
    for (const value of [0, 31, 1.5, '5', undefined])
      expect(extensionMinutes(value)).toBe('“minutes” must be a whole number from 1 to 30.');
  });

  it('of `requestedBy` and `reason` alone states their problems', () => {
    expect(refusalOfTexts({ requestedBy: 'Anna', reason: 'Fine' })).toBeUndefined();
    expect(refusalOfTexts({ requestedBy: '', reason: 5 })).toBe(
      '“requestedBy” (your name) is required. “reason” (why, in a few words) is required.',
    );
  });
});

it('describes an update with an example on one line', () => {
  expect(describeUpdate('Does it.', { a: 1, b: [], c: { d: 'x' } })).toBe(
    'Does it.\n\nSend: {"a": 1, "b": [], "c": {"d": "x"}}',
  );
});
