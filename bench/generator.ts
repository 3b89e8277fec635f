/** Sends requests over many connections from a separate process, so that the benchmark's garbage collection doesn't disturb a measurement. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { Random } from '../domain/random.ts';

export interface Asked {
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export interface Load {
  url: string;
  connections: number;
  requests: readonly Asked[];
  /** Duration with randomly drawn requests; or each request once, in order. */
  seconds: number | 'each once';
}

export interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

/** @throws Error when the generator failed; it has reported why on stderr */
export async function measure(load: Load): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), { serialization: 'advanced' });
  const ended = once(child, 'exit');
  const answered = once(child, 'message') as Promise<[Measured]>;
  child.send(load);
  const measured = await Promise.race([answered.then(([message]) => message), ended.then(() => undefined)]);
  await ended;
  if (!measured) throw new Error(`the load on ${load.url} could not be made`);
  return measured;
}

async function generate({ url, connections, requests, seconds }: Load): Promise<Measured> {
  const random = new Random(7);
  let next = 0;
  const isOnce = seconds === 'each once';
  const ask = () => requests[isOnce ? next++ % requests.length : Math.floor(random.fraction() * requests.length)]!;
  const beganMs = performance.now();
  const result = await autocannon({
    url,
    connections,
    ...(isOnce ? { amount: requests.length } : { duration: seconds }),
    requests: [{ setupRequest: (request) => ({ ...request, ...ask() }) }],
  });
  return {
    perSecond: isOnce ? (result['2xx'] * 1_000) / (performance.now() - beganMs) : result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.once('message', (load: Load) => {
    generate(load).then(
      (measured) => process.send!(measured, () => process.disconnect()),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
