/** Tells the shop what was seen in this browser: gathered for a moment, then sent in one go that outlives the page. */
import type { SeenEvent } from './seen-event.ts';

const GATHER_MS = 2_000;
const MAX_AT_ONCE = 20;

let waiting: (SeenEvent & { id: string; seenAt: number })[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let isListening = false;

/** Never throws and never waits: a view that can't be told of is not worth the page. */
export function told(event: SeenEvent): void {
  waiting.push({ ...event, id: newId(), seenAt: performance.now() });
  if (!isListening) {
    isListening = true;
    // The last moment that a browser promises: the page may never be seen again.
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && send());
    addEventListener('pagehide', send);
  }
  if (waiting.length >= MAX_AT_ONCE) send();
  else timer ??= setTimeout(send, GATHER_MS);
}

function send(): void {
  clearTimeout(timer);
  timer = undefined;
  if (waiting.length === 0) return;
  const now = performance.now();
  const events = waiting.map(({ seenAt, ...event }) => ({ ...event, ago_ms: Math.round(now - seenAt) }));
  waiting = [];
  navigator.sendBeacon?.('/events', new Blob([JSON.stringify(events)], { type: 'application/json' }));
}

/** A version 4 UUID; `randomUUID` itself is kept from pages that came without TLS. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
