import type { AnalyticsEvent } from './contracts.ts';

type Bare<Event> = Event extends AnalyticsEvent ? Omit<Event, 'id' | 'occurred_at'> : never;

/** An event as it is seen, in a browser or on the server; whoever tells of it adds its id and time. */
export type SeenEvent = Bare<AnalyticsEvent>;
