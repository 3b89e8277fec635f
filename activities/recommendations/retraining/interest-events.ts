/** Reads views and carts of shoppers who consented from the analytics events in InfluxDB. */
import { isUser, parseName, userOwner, type Visitor, visitorOfHash } from '../../../domain/identity.ts';
import { SIGNAL_KINDS, type SignalKind } from '../../../domain/recommendations/signals.ts';
import type { InfluxDb, InfluxSeries } from '../../../infra/influxdb/client.ts';
import type { Interaction } from '../model/history.ts';
import type { Choices } from './choices.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;
/** Maximum number of points per query; a time window with more is split in halves. */
const MAX_POINTS = 20_000;
const WIDEST_WINDOW_MS = 8 * DAY_MS;
/** A shopper with more events in three months is likely a bot, so further ones do not count. */
const MAX_OF_SHOPPER = 5_000;

const KINDS: Readonly<Record<string, SignalKind>> = { product_view: 'view', add_to_cart: 'cart' };

export interface Wanted {
  choices: Choices;
  /** IDs of the shop's products. Events of others are left out, since anyone can send events. */
  products: ReadonlySet<string>;
  untilMs: number;
}

/** The events that were read, at 32 bytes per event plus names. */
export interface Interest {
  readonly count: number;
  events(): Generator<Interaction>;
}

/**
 * Reads the last 90 days in time windows, so that no response is large.
 * @throws InfluxRefused or InfluxUnavailable
 */
export async function readInterest(
  influx: InfluxDb,
  wanted: Wanted,
  onWindow: (done: number, events: number) => void,
): Promise<Interest> {
  const kept = new KeptEvents();
  const fromMs = Math.floor(wanted.untilMs - DAYS * DAY_MS);
  const untilMs = Math.ceil(wanted.untilMs);
  let windowMs = DAY_MS;
  for (let atMs = fromMs; atMs < untilMs; ) {
    const endMs = Math.min(untilMs, atMs + windowMs);
    const isSmallest = endMs - atMs <= 1;
    const series = await influx.series(queryOf(atMs, endMs, isSmallest));
    const points = series.reduce((total, { values }) => total + values.length, 0);
    if (points > MAX_POINTS && !isSmallest) {
      windowMs = Math.max(1, Math.floor((endMs - atMs) / 2));
      continue;
    }
    for (const each of series) for (const event of eventsOf(each)) if (counts(event, wanted)) kept.add(event);
    if (points < MAX_POINTS / 4) windowMs = Math.min(WIDEST_WINDOW_MS, windowMs * 2);
    atMs = endMs;
    onWindow((atMs - fromMs) / (untilMs - fromMs), kept.count);
  }
  return kept;
}

function queryOf(fromMs: number, untilMs: number, all: boolean): string {
  const events = Object.keys(KINDS).map((event) => `"event" = '${event}'`);
  return [
    `SELECT "event", "product_id", "user_id", "visitor" FROM "events"`,
    `WHERE (${events.join(' OR ')}) AND time >= ${fromMs}ms AND time < ${untilMs}ms`,
    all ? '' : `LIMIT ${MAX_POINTS + 1}`,
  ].join(' ');
}

interface InterestEvent {
  kind: SignalKind;
  item: string;
  /** `user:<id>` or `visitor:<hash>`, as in shopper_choices. */
  who: Visitor;
  timeMs: number;
}

function* eventsOf({ columns, values }: InfluxSeries): Generator<InterestEvent> {
  const [time, event, product, user, visitor] = ['time', 'event', 'product_id', 'user_id', 'visitor'].map((name) =>
    columns.indexOf(name),
  ) as [number, number, number, number, number];
  for (const row of values) {
    const kind = KINDS[String(row[event])];
    const who = row[user] ? userOwner(`${row[user]}`) : row[visitor] ? visitorOfHash(`${row[visitor]}`) : undefined;
    if (kind && who && typeof row[product] === 'string')
      yield { kind, item: row[product], who, timeMs: Number(row[time]) };
  }
}

function counts({ who, item, timeMs }: InterestEvent, { choices, products }: Wanted): boolean {
  const choice = choices.get(who);
  return products.has(item) && (choice === undefined || (choice.personalized && timeMs > choice.forgottenMs));
}

class KeptEvents implements Interest {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #ofShopper = new Map<string, number>();
  readonly #events: number[] = [];

  get count(): number {
    return this.#events.length / 4;
  }

  add({ kind, item, who, timeMs }: InterestEvent): void {
    const own = (this.#ofShopper.get(who) ?? 0) + 1;
    if (own > MAX_OF_SHOPPER) return;
    this.#ofShopper.set(who, own);
    this.#events.push(SIGNAL_KINDS.indexOf(kind), this.#numberOf(item), this.#numberOf(who), timeMs);
  }

  *events(): Generator<Interaction> {
    for (let at = 0; at < this.#events.length; at += 4) {
      const who = this.#names[this.#events[at + 2]!]!;
      yield {
        kind: SIGNAL_KINDS[this.#events[at]!]!,
        item: this.#names[this.#events[at + 1]!]!,
        // An account has the same ID as in its orders.
        customer: isUser(who) ? parseName(who).id : who,
        timeMs: this.#events[at + 3]!,
      };
    }
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    this.#names.push(name);
    return this.#names.length - 1;
  }
}
