/** The dependencies and request state of the API's handlers. */
import type { DefaultState, ParameterizedContext } from 'koa';
import type { Settings } from '../infra/config.ts';
import type { Services } from '../infra/services.ts';
import type { EndedSessions } from './accounts/ended-sessions.ts';
import type { AccessTokens, Identity } from './middleware/access-tokens.ts';
import type { OrderListener } from './orders/order-listener.ts';
import type { Recommender } from './recommendations/recommender.ts';

export interface ApiDependencies extends Services {
  orderListener: OrderListener;
  recommender: Recommender;
  tokens: AccessTokens;
  endedSessions: EndedSessions;
}

export interface ApiState extends DefaultState {
  requestId: string;
  identity?: Identity;
  /** What support staff entered to find a case; the page of a problem shows it again. */
  entered?: string;
  /** The guest's cart, from the cookie or X-Cart-Id. It is also the credential for the guest's orders. */
  cartId?: string;
}

export type ApiContext = ParameterizedContext<ApiState>;
export type { Settings };
