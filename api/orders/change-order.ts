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
 * @param person who requests it, in the format of `domain/identity`
 * @throws DomainError conflict when the order is no longer awaiting payment
 */
export async function changeOrder(
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
  const address = shipping_address && tidyAddress(shipping_address);
  if (address && !isDeepStrictEqual(address, tidyAddress(before.shipping_address)))
    await updateOrder(deps, started, correctAddressUpdate, { ...request(), address });
  if (email !== undefined && email !== before.email)
    await updateOrder(deps, started, changeEmailUpdate, { ...request(), email });
}
