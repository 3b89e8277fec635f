import { expect, it } from 'vitest';
import { extendPolicy, paymentSources, secure } from './security-headers.ts';

const POLICY =
  "default-src 'self'; script-src 'self' 'nonce-abc'; connect-src 'self'; form-action 'self'; frame-src 'none'";

it('lets forms and scripts reach the stand-in, and nothing of Stripe’s', () => {
  const headers = new Headers({ 'content-security-policy': POLICY });
  secure(headers, 'http://127.0.0.1:4242/', false);
  const policy = headers.get('content-security-policy');
  expect(policy).toBe(
    "default-src 'self'; script-src 'self' 'nonce-abc'; connect-src 'self' http://127.0.0.1:4242; form-action 'self' http://127.0.0.1:4242; frame-src 'none'",
  );
  expect(headers.has('strict-transport-security')).toBe(false);
});

it('lets Stripe.js come and frame its form when paying is with Stripe itself', () => {
  const policy = extendPolicy(POLICY, paymentSources(undefined));
  expect(policy).toContain("script-src 'self' 'nonce-abc' https://js.stripe.com");
  expect(policy).toContain('frame-src https://js.stripe.com');
  expect(policy).not.toContain("'none'");
  expect(policy).toContain("form-action 'self';");
});

it.each([true, false])('protects every page; over https (%s) browsers stay with https for a year', (https) => {
  const headers = new Headers();
  secure(headers, undefined, https);
  expect(Object.fromEntries(headers)).toEqual({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'cross-origin-opener-policy': 'same-origin',
    ...(https && { 'strict-transport-security': 'max-age=31536000' }),
  });
});

it('lets Stripe be asked, and its pictures be shown, only where paying is with Stripe itself', () => {
  const policy = "connect-src 'self'; img-src 'self' data:";
  expect(extendPolicy(policy, paymentSources(undefined))).toBe(
    "connect-src 'self' https://api.stripe.com; img-src 'self' data: https://*.stripe.com",
  );
});
