/** What the API's handlers work with. */
import type Router from '@koa/router';
import type { DefaultState, ParameterizedContext } from 'koa';
import type { Role } from '../domain/roles.ts';
import type { Settings } from '../infra/config.ts';
import type { Services } from '../infra/services.ts';
import type { AccessTokens } from './middleware/access-tokens.ts';
import type { OrderListener } from './orders/order-listener.ts';
import type { Recommender } from './recommendations/recommender.ts';

export interface ApiDependencies extends Services {
  orderListener: OrderListener;
  recommender: Recommender;
  tokens: AccessTokens;
}

/** The signed-in person of a request. */
export interface Identity {
  userId: string;
  role: Role;
  sessionId: string;
}

export interface ApiState extends DefaultState {
  requestId: string;
  identity?: Identity;
  /** The guest's cart, by cookie or X-Cart-Id: also the credential of a guest's orders. */
  cartId?: string;
}

export type ApiContext = ParameterizedContext<ApiState>;
export type ApiRouter = Router<ApiState>;
export type { Settings };
