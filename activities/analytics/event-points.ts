/** From an entry of the stream to a point of InfluxDB. */
import { z } from 'zod';
import { ANALYTICS_EVENTS, PLACEMENTS } from '../../domain/analytics.ts';
import { toLine } from '../../infra/influxdb/line-protocol.ts';

const MEASUREMENT = 'events';
/** Fields that are whole numbers for good; all other numbers are floats, whole or not. */
const INTEGERS: ReadonlySet<string> = new Set(['quantity', 'item_count', 'position']);
const NANOSECONDS = 1_000_000;
/** Events of one kind in one millisecond meet with a chance of one in NANOSECONDS × SLOTS; a slot costs a series a kind. */
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
 * A point's place is its tags and its time, so both follow from the event alone: written again, it replaces itself. Who it was is a
 * field: as a tag, every shopper would be series for good. So are the product and the model, which a caller could make up.
 * @param fields of the entry, as Redis keeps them
 * @throws when the entry is none that this version knows
 */
export function toPoint(fields: Readonly<Record<string, string>>): string {
  const parsed = entry.safeParse(fields);
  // Which part, and never what stood there: the reason of a dead letter goes into the log.
  if (!parsed.success)
    throw new Error(`not a valid event: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  const { id, event, at, data } = parsed.data;
  const { placement: shownAt, ...properties } = data;
  const where = placement.parse(shownAt);
  // The last digits are random in every version of UUID that has any randomness.
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
