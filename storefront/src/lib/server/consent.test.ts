import { expect, it } from 'vitest';
import { consentOf } from './consent.ts';

it('uses the shopper’s choice, unless the browser declines', () => {
  expect(consentOf(new Headers(), undefined)).toBe('unasked');
  expect(consentOf(new Headers(), 'nonsense')).toBe('unasked');
  expect(consentOf(new Headers(), 'granted')).toBe('granted');
  expect(consentOf(new Headers({ dnt: '0' }), 'declined')).toBe('declined');
  expect(consentOf(new Headers({ dnt: '1' }), 'granted')).toBe('signaled');
  expect(consentOf(new Headers({ 'sec-gpc': '1' }), undefined)).toBe('signaled');
});
