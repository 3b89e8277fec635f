import { Counter, Gauge } from 'prom-client';

export const eventMetrics = {
  written: new Counter({ name: 'analytics_events_written_total', help: 'Events written to InfluxDB' }),
  claimed: new Counter({
    name: 'analytics_events_claimed_total',
    help: 'Events claimed after another worker or an earlier attempt left them unfinished',
  }),
  refused: new Counter({
    name: 'analytics_events_refused_total',
    help: 'Failed attempts to write a single event',
  }),
  dead: new Counter({ name: 'analytics_events_dead_total', help: 'Events moved to the dead letters' }),
  failedWrites: new Counter({
    name: 'analytics_write_failures_total',
    help: 'Batch writes that failed and are retried because InfluxDB is unavailable or denies access',
  }),
  waiting: new Gauge({
    name: 'analytics_events_waiting',
    help: 'Events in the stream that are not yet written to InfluxDB',
  }),
  lag: new Gauge({
    name: 'analytics_lag_seconds',
    help: 'Age of the oldest event that is not yet written to InfluxDB',
  }),
  deadLetters: new Gauge({ name: 'analytics_dead_letters', help: 'Dead letters stored' }),
};
