/** InfluxDB's line protocol: one point a line, `measurement,tag=… field=… time`. */

export interface Point {
  measurement: string;
  /** Indexed, every combination a series for good: only values of a short, closed list. */
  tags: Readonly<Record<string, string>>;
  /** Whole numbers are written as integers when listed in `integers`: a field keeps the type it first had. */
  fields: Readonly<Record<string, string | number>>;
  integers?: ReadonlySet<string>;
  timeNs: bigint;
}

/** @throws RangeError for a number that InfluxDB has no form for, and for a point without any field */
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

/** A line break ends a point whatever stands before it, so none may be left in a name or a tag. */
function escapeKey(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ').replaceAll(/[ ,=\\]/g, (sign) => `\\${sign}`);
}
