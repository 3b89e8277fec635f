/** InfluxDB's line protocol: one point per line, `measurement,tag=… field=… time`. */

export interface Point {
  measurement: string;
  /** Indexed; every combination permanently creates a series, so use only values from a short, closed list. */
  tags: Readonly<Record<string, string>>;
  /** Numbers are written as integers when listed in `integers`, because a field keeps the type that it had first. */
  fields: Readonly<Record<string, string | number>>;
  integers?: ReadonlySet<string>;
  timeNs: bigint;
}

/** @throws RangeError for a number that InfluxDB can't represent, and for a point without fields */
export function toLine(point: Point): string {
  const tags = Object.entries(point.tags).map(([name, value]) => `,${escapeKey(name)}=${escapeKey(value)}`);
  const fields = Object.entries(point.fields).map(
    ([name, value]) => `${escapeKey(name)}=${fieldValue(value, point.integers?.has(name) ?? false)}`,
  );
  if (fields.length === 0) throw new RangeError('a point needs a field');
  return `${escapeKey(point.measurement)}${tags.join('')} ${fields.join(',')} ${point.timeNs}`;
}

function fieldValue(value: string | number, isInteger: boolean): string {
  if (typeof value === 'string') return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  if (!Number.isFinite(value) || (isInteger && !Number.isInteger(value))) {
    throw new RangeError(`${value} can’t be stored as a number`);
  }
  return isInteger ? `${value}i` : String(value);
}

/** A line break ends a point even after a backslash, so names and tags must not contain any. */
function escapeKey(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ').replaceAll(/[ ,=\\]/g, (sign) => `\\${sign}`);
}
