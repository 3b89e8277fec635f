/** All workflow types of the shop; the worker bundles this file. The default export runs for every other type. */
export { reindexProduct } from './catalog/workflow.ts';
export { nightlyAudit, overdueSweep } from './maintenance/workflow.ts';
export { order } from './order/workflow.ts';
export { recommendationRetraining } from './recommendations/workflow.ts';
export { refund } from './refund/workflow.ts';
export { reservation } from './reservation/workflow.ts';
export { retryStopped } from './retry-stopped/workflow.ts';
export { default } from './unknown-type.ts';
export { unmatchedPayment } from './unmatched-payment/workflow.ts';
