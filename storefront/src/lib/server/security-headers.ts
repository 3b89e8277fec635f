/** Security headers; completes the content security policy with sources that depend on settings. */

/** The sources that Stripe.js requires. */
const STRIPE_SOURCES: Record<string, string> = {
  'script-src': 'https://js.stripe.com https://*.js.stripe.com',
  'frame-src': 'https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
  'connect-src': 'https://api.stripe.com',
  'img-src': 'https://*.stripe.com',
};

/**
 * @param standInUrl address of the local Stripe stand-in for browsers; undefined means Stripe itself
 * @param https whether browsers reach the shop over https
 */
export function secure(headers: Headers, standInUrl: string | undefined, https: boolean): void {
  const policy = headers.get('content-security-policy');
  if (policy) headers.set('content-security-policy', extendPolicy(policy, paymentSources(standInUrl)));
  headers.set('x-content-type-options', 'nosniff');
  headers.set('referrer-policy', 'strict-origin-when-cross-origin');
  headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  headers.set('cross-origin-opener-policy', 'same-origin');
  if (https) headers.set('strict-transport-security', 'max-age=31536000');
}

/** The additional sources that payments require. */
export function paymentSources(standInUrl: string | undefined): Record<string, string> {
  if (standInUrl === undefined) return STRIPE_SOURCES;
  const origin = new URL(standInUrl).origin;
  return { 'connect-src': origin, 'form-action': origin };
}

/** Adds sources to directives of a policy, in place of `'none'`. */
export function extendPolicy(policy: string, additions: Record<string, string>): string {
  return policy
    .split('; ')
    .map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      const added = additions[name];
      return added === undefined
        ? directive
        : [name, ...sources.filter((source) => source !== "'none'"), added].join(' ');
    })
    .join('; ');
}
