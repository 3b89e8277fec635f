/** InfluxDB over its 1.x HTTP API, which 1.8, 2.x, and 3.x servers support as well: docs/decisions/0021-analytics-events.md. */
import type { Settings } from '../config.ts';

/** A hanging write blocks all writes behind it; a batch normally takes far less than this. */
const TIMEOUT_MS = 10_000;

/** The server rejected the request itself, so a retry can't succeed. */
export class InfluxRefused extends Error {
  override name = 'InfluxRefused';
}

/** The server is unreachable, overloaded, or refuses our credentials; the same request may succeed later. */
export class InfluxUnavailable extends Error {
  override name = 'InfluxUnavailable';
}

export type InfluxSettings = Pick<
  Settings,
  | 'INFLUXDB_URL'
  | 'INFLUXDB_DATABASE'
  | 'INFLUXDB_USER'
  | 'INFLUXDB_PASSWORD'
  | 'INFLUXDB_TOKEN'
  | 'ANALYTICS_RETENTION_DAYS'
>;

export interface InfluxSeries {
  tags?: Record<string, string>;
  columns: string[];
  values: (string | number | null)[][];
}

interface InfluxAnswer {
  results?: { series?: InfluxSeries[]; error?: string }[];
  error?: string;
}

export class InfluxDb {
  readonly #settings: InfluxSettings;
  readonly #headers: Record<string, string>;

  constructor(settings: InfluxSettings) {
    this.#settings = settings;
    this.#headers = authorization(settings);
  }

  /**
   * Creates the database unless it exists, and sets its retention period. 2.x and 3.x servers create databases in other ways and refuse.
   * @returns the reason for a refusal; undefined on success
   * @throws InfluxUnavailable
   */
  async prepare(): Promise<string | undefined> {
    const { INFLUXDB_DATABASE: name, ANALYTICS_RETENTION_DAYS: days } = this.#settings;
    try {
      await this.#query(`CREATE DATABASE "${name}"`);
      await this.#query(`ALTER RETENTION POLICY "autogen" ON "${name}" DURATION ${days}d DEFAULT`);
      return undefined;
    } catch (error) {
      if (error instanceof InfluxRefused) return error.message;
      throw error;
    }
  }

  /**
   * Writes points, times in nanoseconds. A point of the same measurement, tags and time replaces the one before it.
   * @throws InfluxRefused when the server rejected some or all of the points; InfluxUnavailable
   */
  async write(lines: readonly string[]): Promise<void> {
    const query = new URLSearchParams({ db: this.#settings.INFLUXDB_DATABASE, precision: 'ns' });
    await this.#send(`/write?${query}`, lines.join('\n'), 'text/plain; charset=utf-8');
  }

  /**
   * Runs an InfluxQL query; times are epoch milliseconds.
   * @param text must not contain input from users
   * @throws InfluxRefused, InfluxUnavailable
   */
  async series(text: string): Promise<InfluxSeries[]> {
    const answer = await this.#query(text, { db: this.#settings.INFLUXDB_DATABASE, epoch: 'ms' });
    return answer.results?.flatMap(({ series }) => series ?? []) ?? [];
  }

  async #query(text: string, parameters: Record<string, string> = {}): Promise<InfluxAnswer> {
    const body = new URLSearchParams({ ...parameters, q: text }).toString();
    const response = await this.#send('/query', body, 'application/x-www-form-urlencoded');
    const answer = JSON.parse(response) as InfluxAnswer;
    const problem = answer.error ?? answer.results?.find(({ error }) => error)?.error;
    if (problem) throw new InfluxRefused(problem);
    return answer;
  }

  async #send(path: string, body: string, contentType: string): Promise<string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#settings.INFLUXDB_URL.replace(/\/+$/, '')}${path}`, {
        method: 'POST',
        headers: { ...this.#headers, 'content-type': contentType },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      throw new InfluxUnavailable('InfluxDB did not respond', { cause: error });
    }
    if (response.ok) return text;
    const message = `InfluxDB responded ${response.status}: ${text.trim().slice(0, 300)}`;
    throw isRefusal(response.status) ? new InfluxRefused(message) : new InfluxUnavailable(message);
  }
}

/** A wrong password or a missing database is the operator's to fix, and not a fault of the data. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status);
}

function authorization({ INFLUXDB_TOKEN, INFLUXDB_USER, INFLUXDB_PASSWORD }: InfluxSettings): Record<string, string> {
  if (INFLUXDB_TOKEN) return { authorization: `Token ${INFLUXDB_TOKEN}` };
  if (!INFLUXDB_USER) return {};
  const pair = Buffer.from(`${INFLUXDB_USER}:${INFLUXDB_PASSWORD ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}
