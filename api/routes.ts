/** Every operation of the API. The app mounts these lists, and the OpenAPI document describes them. */
import { ownAccountRoutes } from './accounts/own-account-routes.ts';
import { accountRoutes } from './accounts/routes.ts';
import { analyticsRoutes } from './analytics/routes.ts';
import { cartRoutes } from './cart/routes.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { searchRoutes } from './catalog/search-routes.ts';
import { codecRoutes } from './codec/routes.ts';
import { checkoutRoutes } from './orders/checkout-routes.ts';
import { orderRoutes } from './orders/routes.ts';
import { retrainingRoutes } from './recommendations/retraining-routes.ts';
import { recommendationRoutes } from './recommendations/routes.ts';
import { refundRoutes } from './refunds/routes.ts';
import { reservationRoutes } from './reservations/routes.ts';
import { supportRoutes } from './support/routes.ts';
import { systemRoutes } from './system/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';

export const API_ROUTES = {
  parsedBodies: [
    catalogRoutes,
    searchRoutes,
    cartRoutes,
    accountRoutes,
    ownAccountRoutes,
    reservationRoutes,
    checkoutRoutes,
    orderRoutes,
    refundRoutes,
    supportRoutes,
    analyticsRoutes,
    recommendationRoutes,
    retrainingRoutes,
    systemRoutes,
  ],
  /** Their signatures cover the raw bytes. */
  rawBodies: [webhookRoutes],
  /** Called by the Temporal Web UI, with a different allowed origin and body size. */
  temporalWebUi: [codecRoutes],
};
