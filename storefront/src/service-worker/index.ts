/**
 * Caches the shop's files permanently and catalog pages for as long as the server allows (`x-service-worker-cache`, in
 * seconds). Personal pages never carry that header and are never cached. Any write by the shopper (a cart, a session, an
 * order) clears all pages, since they show the cart's count and whether the shopper is signed in.
 */

import { version } from '$app/env';
import { assets, immutable } from '$app/manifest';
import { self } from '$app/service-worker';

const FILES = `files-${version}`;
const PAGES = `pages-${version}`;
const LIFE_HEADER = 'x-service-worker-cache';
const KEPT_AT_HEADER = 'x-service-worker-kept-at';
const MAX_PAGES = 60;

const files = new Set([...immutable, ...assets].map(({ path }) => new URL(path, self.location.origin).pathname));

/** Incremented at every write: a page requested before a write must not be cached after it. */
let writes = 0;

self.addEventListener('install', (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldVersions().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  // Analytics events change nothing that pages show.
  if (url.pathname === '/events') return;
  if (request.method !== 'GET') event.respondWith(write(request));
  else if (files.has(url.pathname)) event.respondWith(file(request));
  else if (request.mode === 'navigate' || url.pathname.endsWith('/__data.json')) event.respondWith(page(request));
});

async function dropOldVersions(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== FILES && name !== PAGES).map((name) => caches.delete(name)));
}

async function write(request: Request): Promise<Response> {
  writes += 1;
  try {
    return await fetch(request);
  } finally {
    writes += 1;
    await caches.delete(PAGES);
  }
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(FILES);
  const cached = await cache.match(request);
  if (cached) return cached;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(PAGES);
  const cached = await cache.match(request);
  // Reloading a page bypasses the cache.
  if (cached && isFresh(cached) && request.cache !== 'reload' && request.cache !== 'no-cache') return cached;
  const before = writes;
  try {
    const response = await fetch(request);
    if (response.ok && response.headers.has(LIFE_HEADER) && before === writes)
      await keep(cache, request, response.clone());
    return response;
  } catch (error) {
    if (cached) return cached;
    throw error;
  }
}

function isFresh(cached: Response): boolean {
  const lifeMs = Number(cached.headers.get(LIFE_HEADER)) * 1000;
  return Date.now() - Number(cached.headers.get(KEPT_AT_HEADER)) < lifeMs;
}

async function keep(cache: Cache, request: Request, response: Response): Promise<void> {
  const headers = new Headers(response.headers);
  headers.set(KEPT_AT_HEADER, String(Date.now()));
  await cache.put(request, new Response(response.body, { status: response.status, headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MAX_PAGES)).map((old) => cache.delete(old)));
}
