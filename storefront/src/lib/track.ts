/** Tracks analytics events in the browser: batches them, then sends them with a beacon that outlives the page. */
import type { TrackedEvent } from './tracked-event.ts';

const BATCH_MS = 2_000;
const MAX_BATCH_SIZE = 20;

let pending: (TrackedEvent & { id: string; trackedAt: number })[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let isListening = false;

/** Never throws and never waits: analytics must not break the page. */
export function track(event: TrackedEvent): void {
  pending.push({ ...event, id: newId(), trackedAt: performance.now() });
  if (!isListening) {
    isListening = true;
    // These are the last events that a browser guarantees before it discards the page.
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && send());
    addEventListener('pagehide', send);
  }
  if (pending.length >= MAX_BATCH_SIZE) send();
  else timer ??= setTimeout(send, BATCH_MS);
}

function send(): void {
  clearTimeout(timer);
  timer = undefined;
  if (pending.length === 0) return;
  const now = performance.now();
  const events = pending.map(({ trackedAt, ...event }) => ({ ...event, ago_ms: Math.round(now - trackedAt) }));
  pending = [];
  navigator.sendBeacon?.('/events', new Blob([JSON.stringify(events)], { type: 'application/json' }));
}

/** A version 4 UUID; `randomUUID` is unavailable on pages served without TLS. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
