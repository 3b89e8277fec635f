import type { InfluxDb } from '../../infra/influxdb/client.ts';

/** The points of an event, as InfluxDB has them; none while its database is not there yet. */
export async function pointsOf(influx: InfluxDb, eventId: string): Promise<Record<string, string | number | null>[]> {
  const series = await influx.series(`SELECT * FROM "events" WHERE "id" = '${eventId}'`).catch(() => []);
  return series.flatMap(({ columns, values }) =>
    values.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]!]))),
  );
}
