import type { InfluxDb } from '../../infra/influxdb/client.ts';
import { until } from './shop.ts';

type Point = Record<string, string | number | null>;

/** The points of an event in InfluxDB; empty while its database does not exist yet. */
export async function pointsOf(influx: InfluxDb, eventId: string): Promise<Point[]> {
  const series = await influx.series(`SELECT * FROM "events" WHERE "id" = '${eventId}'`).catch(() => []);
  return series.flatMap(({ columns, values }) =>
    values.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]!]))),
  );
}

/**
 * Waits for the complete point of an event. A write makes a point's fields visible one after the other, so the first read that finds
 * the point may lack some of them.
 */
export async function untilWritten(influx: InfluxDb, eventId: string, timeoutMs?: number): Promise<Point> {
  const read = async () => (await pointsOf(influx, eventId))[0];
  await until(read, `event ${eventId} to be in InfluxDB`, timeoutMs);
  return (await read())!;
}
