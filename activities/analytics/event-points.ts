/** Converts a stream entry to an InfluxDB point. */
import { z } from 'zod';
import { ANALYTICS_EVENTS, PLACEMENTS } from '../../domain/analytics.ts';
import { toLine } from '../../infra/influxdb/line-protocol.ts';

const MEASUREMENT = 'events';
/** Fields that are always integers; all other numbers are stored as floats. */
const INTEGERS: ReadonlySet<string> = new Set(['quantity', 'item_count', 'position']);
const NANOSECONDS = 1_000_000;
/** Two events of one kind in the same millisecond collide with a probability of 1 / (NANOSECONDS × SLOTS). Each slot adds a series per kind. */
const SLOTS = 16;

const entry = z.object({
  id: z.uuid(),
  event: z.enum(ANALYTICS_EVENTS),
  at: z.coerce.number().int().positive(),
  data: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string(), z.union([z.string(), z.number()]))),
});

const placement = z.enum(PLACEMENTS).optional();

/**
 * Tags and time identify a point, so both derive from the event alone, and a repeated write replaces the point. The shopper is a field,
 * since as a tag every shopper would add a permanent series. So are the product and the model, which a caller could invent.
 * @param fields fields of the entry, as stored in Redis
 * @throws Error when this version does not recognize the entry
 */
export function toPoint(fields: Readonly<Record<string, string>>): string {
  const parsed = entry.safeParse(fields);
  // Name only the field and not its value, because the reason of a dead letter is logged.
  if (!parsed.success)
    throw new Error(`not a valid event: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  const { id, event, at, data } = parsed.data;
  const { placement: shownAt, ...properties } = data;
  const where = placement.parse(shownAt);
  // The last digits are random in every UUID version that contains randomness.
  const spread = Number.parseInt(id.slice(-12), 16);
  return toLine({
    measurement: MEASUREMENT,
    tags: {
      event,
      slot: String(Math.floor(spread / NANOSECONDS) % SLOTS),
      ...(where && { placement: where }),
    },
    fields: { id, ...properties },
    integers: INTEGERS,
    timeNs: BigInt(at) * BigInt(NANOSECONDS) + BigInt(spread % NANOSECONDS),
  });
}
