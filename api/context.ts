/** What the API's handlers work with. */
import type { DefaultState, ParameterizedContext } from 'koa';
import type { Settings } from '../infra/config.ts';
import type { Services } from '../infra/services.ts';
import type { AccessTokens, Identity } from './middleware/access-tokens.ts';
import type { OrderListener } from './orders/order-listener.ts';
import type { Recommender } from './recommendations/recommender.ts';

export interface ApiDependencies extends Services {
  orderListener: OrderListener;
  recommender: Recommender;
  tokens: AccessTokens;
}

export interface ApiState extends DefaultState {
  requestId: string;
  identity?: Identity;
  /** The guest's cart, by cookie or X-Cart-Id: also the credential of a guest's orders. */
  cartId?: string;
}

export type ApiContext = ParameterizedContext<ApiState>;
export type { Settings };
