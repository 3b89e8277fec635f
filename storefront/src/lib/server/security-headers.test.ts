import { expect, it } from 'vitest';
import { extendPolicy, paymentSources, secure } from './security-headers.ts';

const POLICY =
  "default-src 'self'; script-src 'self' 'nonce-abc'; connect-src 'self'; form-action 'self'; frame-src 'none'";

it('allows the stand-in for forms and scripts, and not Stripe', () => {
  const headers = new Headers({ 'content-security-policy': POLICY });
  secure(headers, 'http://127.0.0.1:4242/', false);
  const policy = headers.get('content-security-policy');
  expect(policy).toBe(
    "default-src 'self'; script-src 'self' 'nonce-abc'; connect-src 'self' http://127.0.0.1:4242; form-action 'self' http://127.0.0.1:4242; frame-src 'none'",
  );
  expect(headers.has('strict-transport-security')).toBe(false);
});

it('allows Stripe.js and its frames when payments use Stripe itself', () => {
  const policy = extendPolicy(POLICY, paymentSources(undefined));
  expect(policy).toContain("script-src 'self' 'nonce-abc' https://js.stripe.com");
  expect(policy).toContain('frame-src https://js.stripe.com');
  expect(policy).not.toContain("'none'");
  expect(policy).toContain("form-action 'self';");
});

it.each([true, false])('protects every page; with https (%s) sets HSTS for a year', (https) => {
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

it('allows Stripe’s API and images only when payments use Stripe itself', () => {
  const policy = "connect-src 'self'; img-src 'self' data:";
  expect(extendPolicy(policy, paymentSources(undefined))).toBe(
    "connect-src 'self' https://api.stripe.com; img-src 'self' data: https://*.stripe.com",
  );
});
