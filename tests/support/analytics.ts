import type { InfluxDb } from '../../infra/influxdb/client.ts';
import { until } from './shop.ts';

type Point = Record<string, string | number | null>;

/** The points of an event, as InfluxDB has them; none while its database is not there yet. */
export async function pointsOf(influx: InfluxDb, eventId: string): Promise<Point[]> {
  const series = await influx.series(`SELECT * FROM "events" WHERE "id" = '${eventId}'`).catch(() => []);
  return series.flatMap(({ columns, values }) =>
    values.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]!]))),
  );
}

/**
 * The event's point once InfluxDB has it, whole. A write makes the fields of a point visible one after the other, so that the
 * first read that finds the point may lack some of them.
 */
export async function untilWritten(influx: InfluxDb, eventId: string, timeoutMs?: number): Promise<Point> {
  const read = async () => (await pointsOf(influx, eventId))[0];
  await until(read, `event ${eventId} to be in InfluxDB`, timeoutMs);
  return (await read())!;
}
