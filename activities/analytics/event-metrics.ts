import { Counter, Gauge } from 'prom-client';

export const eventMetrics = {
  written: new Counter({ name: 'analytics_events_written_total', help: 'Events that InfluxDB has taken' }),
  claimed: new Counter({
    name: 'analytics_events_claimed_total',
    help: 'Events taken over after another worker, or an earlier try, had left them',
  }),
  refused: new Counter({
    name: 'analytics_events_refused_total',
    help: 'Tries of single events that InfluxDB, or this worker, would not take',
  }),
  dead: new Counter({ name: 'analytics_events_dead_total', help: 'Events put among the dead letters' }),
  failedWrites: new Counter({
    name: 'analytics_write_failures_total',
    help: 'Writes that failed as a whole and are tried again: InfluxDB is away or does not let us in',
  }),
  waiting: new Gauge({
    name: 'analytics_events_waiting',
    help: 'Events in the stream that InfluxDB has not taken yet',
  }),
  lag: new Gauge({ name: 'analytics_lag_seconds', help: 'Age of the oldest event that InfluxDB has not taken yet' }),
  deadLetters: new Gauge({ name: 'analytics_dead_letters', help: 'Dead letters that are kept' }),
};
