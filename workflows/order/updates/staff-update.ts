/** What support staff send to an order at the Temporal UI: one file for each update. */
import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { OrderStepRequest } from '../../../activities/orders/order-steps.ts';
import { uiActor } from '../../../domain/identity.ts';
import { type OrderAction, refusalOf } from '../../../domain/order-state.ts';
import { refuse } from '../../shared/failures.ts';
import { checkRequest, describeUpdate, type FieldCheck } from '../../shared/staff.ts';
import type { OrderCase } from '../case.ts';
import type { OrderRequest, UpdateResult } from '../messages.ts';
import { short } from '../steps.ts';

export interface StaffUpdate<Result, Request extends OrderRequest> {
  definition: UpdateDefinition<Result, [Request]>;
  description: string;
  /** A good request, which staff copy. */
  example: object;
  /** Checks of its own fields, each with a sentence that says what is wrong. */
  fields?: Readonly<Record<string, FieldCheck>>;
  /** @throws ApplicationFailure when it makes no sense for the order as it is */
  check(order: OrderCase, request: Request): void;
  /** Safe to repeat: one effect for each request ID. */
  handle(order: OrderCase, request: Request): Promise<Result>;
}

/** Checks a request before it is accepted, so that the UI's dialog shows what is wrong. */
export function register<Result, Request extends OrderRequest>(
  order: OrderCase,
  { definition, description, example, fields, check, handle }: StaffUpdate<Result, Request>,
): void {
  setHandler(definition, (request) => handle(order, request), {
    description: describeUpdate(description, example),
    validator: (request) => {
      checkRequest(request, example, fields);
      check(order, request);
    },
  });
}

export const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Customer called' };

/** Refuses what the order's state does not allow, unless this very request was done before. */
export const requireStateFor =
  (action: OrderAction) =>
  (order: OrderCase, request: OrderRequest): void => {
    if (order.outcome !== undefined)
      throw refuse('conflict', `This order is ${order.outcome}, and its workflow has completed.`);
    // Just resumed from the database: the records themselves decide.
    if (order.status === undefined) return;
    if (order.isDone(action, request.requestId)) return;
    const refusal = refusalOf(action, order.status);
    if (refusal) throw refuse('conflict', refusal);
  };

/** Does one step on the order's records; what they refuse, the sender reads. */
export async function takeStep(
  order: OrderCase,
  { requestId, requestedBy, reason }: OrderRequest,
  step: OrderStepRequest['step'],
): Promise<UpdateResult> {
  await order.whenLoaded();
  const { orderId } = order;
  const result = await short.stepOrder({ orderId, requestId, actor: uiActor(requestedBy), reason, step });
  if (result.outcome === 'refused') throw refuse('conflict', result.message);
  await order.refresh();
  return { status: order.status! };
}
