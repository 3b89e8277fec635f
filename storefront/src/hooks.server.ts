import { redirect } from '@sveltejs/kit';
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks';
import { Api } from '#lib/server/api.ts';
import { consentOf } from '#lib/server/consent.ts';
import { describeFailure } from '#lib/server/failures.ts';
import { signInPath } from '#lib/server/forms.ts';
import { encodeFor } from '#lib/server/page-encoding.ts';
import { canonicalAddress, forwardedFor, requestIdOf } from '#lib/server/requests.ts';
import { secure } from '#lib/server/security-headers.ts';
import { SessionRenewal } from '#lib/server/session-renewal.ts';
import { ShopCookies } from '#lib/server/shop-cookies.ts';
import { settings } from '#lib/server/shop-settings.ts';

const renewal = new SessionRenewal();

export const handle: Handle = async ({ event, resolve }) => {
  const canonical = canonicalAddress(event.request, settings.origin);
  if (canonical) return new Response(null, { status: 307, headers: { location: canonical } });

  const https = (settings.origin ?? event.url.origin).startsWith('https:');
  event.locals.requestId = requestIdOf(event.request);
  const cookies = new ShopCookies(event.cookies, https);
  event.locals.consent = consentOf(event.request.headers, cookies.consent);
  event.locals.api = new Api({
    fetch: globalThis.fetch,
    apiUrl: settings.apiUrl,
    cookies,
    renewal,
    requestId: event.locals.requestId,
    forwardedFor: forwardedFor(event),
    userAgent: event.request.headers.get('user-agent') ?? undefined,
    onSessionEnded: () => {
      if (isOwnPage(event.route.id)) redirect(303, `${signInPath(event.url)}&ended`);
    },
  });

  const response = await resolve(event, {
    preload: (file) =>
      file.type === 'js' || file.type === 'css' || (file.type === 'font' && /-latin-wght-normal/.test(file.filename)),
  });
  response.headers.set('x-request-id', event.locals.requestId);
  // Pages show the shopper's cart count and session, so shared caches must not store them. Public responses set their own header.
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store');
  secure(response.headers, settings.stripeStandInUrl, https);
  return encodeFor(event.request, response);
};

export const handleError: HandleServerError = ({ error, kind, event }) => {
  const failure = describeFailure(error, kind);
  // An aborted request is not a failure.
  if ((failure.status === undefined || failure.status >= 500) && !event.request.signal.aborted) {
    const { requestId } = event.locals;
    console.error(JSON.stringify({ level: 'error', requestId, path: event.url.pathname, error: describe(error) }));
  }
  return { ...failure, requestId: event.locals.requestId };
};

/** Pages that show what belongs to the shopper. Without the session, they would show a guest's things, or nothing. */
function isOwnPage(route: string | null): boolean {
  return route !== null && /^\/(account|cart|checkout|orders)\b/.test(route) && !route.endsWith('/events');
}

/** An error with its causes, for the log. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause: describe(cause) }) };
}
