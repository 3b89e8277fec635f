/** Counts InfluxDB's analytics events over time. */
import { DomainError } from '../../domain/errors.ts';
import type { InfluxDb, InfluxSeries } from '../../infra/influxdb/client.ts';
import type { EventReport } from '../contracts/analytics.ts';

export interface ReportRange {
  fromMs: number;
  toMs: number;
  interval: string;
}

/** @throws DomainError unavailable */
export async function reportEvents(influx: InfluxDb, { fromMs, toMs, interval }: ReportRange): Promise<EventReport> {
  const series = await ask(
    influx,
    `SELECT count("id") FROM "events" WHERE time >= ${fromMs}ms AND time < ${toMs}ms
     GROUP BY time(${interval}), "event" fill(none)`,
  );
  const totals: Record<string, number> = {};
  const byTime = new Map<number, Record<string, number>>();
  for (const { tags, values } of series) {
    const event = tags?.event ?? '';
    for (const [at, count] of values) {
      totals[event] = (totals[event] ?? 0) + Number(count);
      const counts = byTime.get(Number(at)) ?? {};
      counts[event] = Number(count);
      byTime.set(Number(at), counts);
    }
  }
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    interval,
    totals,
    intervals: [...byTime]
      .sort(([one], [other]) => one - other)
      .map(([at, counts]) => ({ at: new Date(at).toISOString(), counts })),
  };
}

async function ask(influx: InfluxDb, query: string): Promise<InfluxSeries[]> {
  try {
    return await influx.series(query);
  } catch (error) {
    throw new DomainError('unavailable', 'Analytics are unavailable. Try again in a moment.', {
      retryable: true,
      cause: error,
    });
  }
}
