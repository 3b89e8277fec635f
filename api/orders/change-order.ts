/** Changes of what a shopper entered at checkout, until the order is paid. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { tidyAddress } from '../../domain/address.ts';
import { DomainError } from '../../domain/errors.ts';
import { statusInWords } from '../../domain/order-state.ts';
import { proveActor, stepSubject } from '../../infra/actor-proof.ts';
import { changeEmailUpdate, correctAddressUpdate } from '../../workflows/order/messages.ts';
import { updateOrder } from '../case-workflows.ts';
import type { ApiDependencies } from '../context.ts';
import type { Order, OrderPatch } from '../contracts/orders.ts';
import { traitsOf } from './order-reader.ts';

const REASON = 'Changed by the customer before paying';

/**
 * Sets the shipping address and the email of an unpaid order. Repeating the request changes nothing, since only differences are sent.
 * @param read returns the order's current state
 * @param person who requests it, in the format of `domain/identity`
 * @throws DomainError conflict when the order is no longer awaiting payment
 */
export async function changeOrder(
  deps: ApiDependencies,
  read: () => Promise<Order>,
  person: string,
  patch: OrderPatch,
): Promise<void> {
  try {
    await sendDifferences(deps, await read(), person, patch);
  } catch (error) {
    // The same request, sent twice at once, may have made the change in the meantime.
    if (!(error instanceof DomainError) || error.code !== 'conflict' || !hasChange(await read(), patch)) throw error;
  }
}

function hasChange(order: Order, { shipping_address, email }: OrderPatch): boolean {
  return (email === undefined || email === order.email) && (!shipping_address || isAddressOf(order, shipping_address));
}

function isAddressOf(order: Order, address: NonNullable<OrderPatch['shipping_address']>): boolean {
  return isDeepStrictEqual(tidyAddress(address), tidyAddress(order.shipping_address));
}

async function sendDifferences(
  deps: ApiDependencies,
  before: Order,
  person: string,
  { shipping_address, email }: OrderPatch,
): Promise<void> {
  if (before.status !== 'pending')
    throw new DomainError(
      'conflict',
      `The order is ${statusInWords(before.status)}, so its address can no longer be changed here. Contact our support team.`,
      { details: { order_status: before.status } },
    );
  const started = {
    ...traitsOf(deps.settings, before),
    amount: before.total_amount,
    status: before.status,
    createdAt: new Date(before.created_at),
  };
  const request = () => {
    const requestId = `shopper-${randomUUID()}`;
    return {
      requestId,
      reason: REASON,
      ...proveActor(deps.settings.JWT_SECRET, person, stepSubject(before.id, requestId)),
    };
  };
  if (shipping_address && !isAddressOf(before, shipping_address))
    await updateOrder(deps, started, correctAddressUpdate, { ...request(), address: tidyAddress(shipping_address) });
  if (email !== undefined && email !== before.email)
    await updateOrder(deps, started, changeEmailUpdate, { ...request(), email });
}
