/**
 * Caches the shop's files permanently. Pages always come from the shop, since most show a price or what is in stock, and none of
 * these may be older than the request. When the shop can't be reached, a page says so.
 */

import { version } from '$app/env';
import { assets, immutable } from '$app/manifest';
import { self } from '$app/service-worker';

const FILES = `files-${version}`;

const files = new Set([...immutable, ...assets].map(({ path }) => new URL(path, self.location.origin).pathname));

/** Not every browser can route past the worker. */
interface RoutableEvent extends ExtendableEvent {
  addRoutes?(rule: { condition: { urlPattern: string }; source: 'network' }): Promise<void>;
}

self.addEventListener('install', (event: RoutableEvent) => {
  // Beacons that a page sends while it is left are lost when they have to wait for this worker to start.
  const routed = event.addRoutes?.({ condition: { urlPattern: '/events' }, source: 'network' });
  event.waitUntil(Promise.all([routed, self.skipWaiting()]));
});

// Pages that are open keep loading without this worker, since taking them over while they are left also loses their beacons.
self.addEventListener('activate', (event) => {
  event.waitUntil(dropOtherCaches());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || request.method !== 'GET') return;
  if (files.has(url.pathname)) event.respondWith(file(request));
  else if (request.mode === 'navigate') event.respondWith(fetch(request).catch(unreachable));
});

async function dropOtherCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== FILES).map((name) => caches.delete(name)));
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(FILES);
  const cached = await cache.match(request);
  if (cached) return cached;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

/** Needs nothing from the shop, not even its styles. */
function unreachable(): Response {
  const page = `<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>You’re offline</title>
<style>
body { max-width: 34rem; margin: 0 auto; padding: 4rem 1.25rem; font: 1.125rem/1.6 system-ui, sans-serif; }
a { color: inherit; font-weight: 600; }
</style>
</head>
<body>
<h1>We can’t reach the shop</h1>
<p>Please check your connection. What you entered and your cart are safe.</p>
<p><a href="">Try again</a></p>
</body>
</html>`;
  return new Response(page, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });
}
