/** Updates to the workflow of an order or a refund, which is resumed from the database if it is not running. */
import type { UpdateDefinition } from '@temporalio/client';
import { resumedOrderStart, type StartedOrder } from '../workflows/order/start.ts';
import { recordedRefundStart, type StartedRefund } from '../workflows/refund/start.ts';
import type { ApiDependencies } from './context.ts';
import { updateWithStart } from './temporal-call.ts';

type Deps = Pick<ApiDependencies, 'temporal'>;

/** @throws DomainError with the workflow's refusal */
export function updateOrder<Result, Request>(
  { temporal }: Deps,
  order: StartedOrder,
  update: UpdateDefinition<Result, [Request]>,
  request: Request,
): Promise<Result> {
  return updateWithStart(temporal, resumedOrderStart(order, 'for a request'), update, request);
}

/** @throws DomainError with the workflow's refusal */
export function updateRefund<Result, Request>(
  { temporal }: Deps,
  refund: StartedRefund,
  update: UpdateDefinition<Result, [Request]>,
  request: Request,
): Promise<Result> {
  return updateWithStart(temporal, recordedRefundStart(refund, 'Refund, resumed for a decision'), update, request);
}
