/** The input and the response of a request handler. */
import type { Cause, EventLog } from './events.ts';
import type { Faults } from './faults.ts';
import type { Outcomes } from './outcomes.ts';
import type { Parameters } from './parameters.ts';
import type { StandinSettings } from './settings.ts';
import type { Store } from './store.ts';
import type { WebhookSender } from './webhooks.ts';

export interface Standin {
  settings: StandinSettings;
  store: Store;
  events: EventLog;
  webhooks: WebhookSender;
  outcomes: Outcomes;
  faults: Faults;
  /** URL at which browsers reach this server; known once it listens. */
  publicUrl: string;
}

export type KeyKind = 'secret' | 'publishable';

export interface Call {
  standin: Standin;
  cause: Cause;
  keyKind: KeyKind;
  parameters: Parameters;
  /** The ID in the path; empty for routes without one. */
  id: string;
}

export interface Answer {
  status: number;
  /** JSON text. */
  body: string;
}
