import type { AnalyticsEvent } from './contracts.ts';

type Bare<Event> = Event extends AnalyticsEvent ? Omit<Event, 'id' | 'occurred_at'> : never;

/** An event as tracked in a browser or on the server; `track` adds its ID and time. */
export type TrackedEvent = Bare<AnalyticsEvent>;
