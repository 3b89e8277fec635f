/** Updates that support staff send to an order in the Temporal UI, one file per update. */
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
  /** A valid request that staff can copy. */
  example: object;
  /** Checks of this update's own fields; each returns a sentence that states the problem. */
  fields?: Readonly<Record<string, FieldCheck>>;
  /** Checks how the fields of a request go together; returns a sentence that states the problem. */
  problemOf?(request: Request): string | undefined;
  /** @throws ApplicationFailure when the order's state does not allow the request */
  check(order: OrderCase, request: Request): void;
  /** Idempotent: takes effect once per request ID. */
  handle(order: OrderCase, request: Request): Promise<Result>;
}

/** Registers the update with a validator, so that the Temporal UI's dialog shows what is wrong with a request. */
export function register<Result, Request extends OrderRequest>(
  order: OrderCase,
  { definition, description, example, fields, problemOf, check, handle }: StaffUpdate<Result, Request>,
): void {
  setHandler(definition, (request) => handle(order, request), {
    description: describeUpdate(description, example),
    validator: (request) => {
      checkRequest(request, example, fields, problemOf);
      check(order, request);
    },
  });
}

export const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Customer called' };

/** Refuses a request that the order's state does not allow, unless this same request was already carried out. */
export const requireStateFor =
  (action: OrderAction) =>
  (order: OrderCase, request: OrderRequest): void => {
    if (order.outcome !== undefined)
      throw refuse('conflict', `This order is ${order.outcome}, and its workflow has completed.`);
    // The run was just resumed and has not loaded the order yet; the activity checks the state.
    if (order.status === undefined) return;
    if (order.isDone(action, request.requestId)) return;
    const refusal = refusalOf(action, order.status);
    if (refusal) throw refuse('conflict', refusal);
  };

/** Applies one action of staff, or of the shopper with the API's proof, to the order's records. @throws ApplicationFailure conflict with the reason when it is refused */
export async function takeStep(
  order: OrderCase,
  { requestId, requestedBy, proof, reason }: OrderRequest,
  step: OrderStepRequest['step'],
): Promise<UpdateResult> {
  await order.whenLoaded();
  const { orderId } = order;
  const sender = proof === undefined ? { actor: uiActor(requestedBy) } : { actor: requestedBy, proof };
  const result = await short.stepOrder({ orderId, requestId, ...sender, reason, step });
  if (result.outcome === 'refused') throw refuse('conflict', result.message);
  await order.refresh();
  return { status: order.status! };
}
