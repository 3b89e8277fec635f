import { createAuditActivities } from './audit/activities.ts';
import { createSearchIndexActivities } from './catalog/activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createOrderActivities } from './orders/activities.ts';
import { createPaymentActivities } from './payments/activities.ts';
import { createRetrainingActivities } from './recommendations/retraining/activities.ts';
import { createRefundActivities } from './refunds/activities.ts';
import { createInventoryActivities } from './reservations/activities.ts';
import { createRetryStoppedActivities } from './retry-stopped/activities.ts';

/** Creates all activities that workflows may call, by capability. */
export function createActivities(deps: ActivityDependencies) {
  return {
    ...createInventoryActivities(deps),
    ...createOrderActivities(deps),
    ...createPaymentActivities(deps),
    ...createRefundActivities(deps),
    ...createSearchIndexActivities(deps),
    ...createAuditActivities(deps),
    ...createRetrainingActivities(deps),
    ...createRetryStoppedActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
