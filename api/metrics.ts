import { Histogram } from 'prom-client';

const requests = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Duration of API requests',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

/** @param route the matched route's pattern; the URL itself would give the label an unlimited number of values */
export function recordRequest(method: string, route: unknown, status: number, durationMs: number): void {
  requests.observe({ method, route: typeof route === 'string' ? route : 'none', status }, durationMs / 1000);
}
