/** Begins checkouts: the order's id follows from the reservation's, so asking again meets the same order. */
import { randomUUID } from 'node:crypto';
import type { CheckoutRequest } from '../../domain/checkout.ts';
import { DomainError } from '../../domain/errors.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import { type BeginCheckoutResult, beginCheckoutUpdate } from '../../workflows/order/messages.ts';
import { orderStart } from '../../workflows/order/start.ts';
import type { ApiDependencies } from '../context.ts';
import { updateWithStart } from '../temporal-call.ts';

/**
 * Opens the order and its payment.
 * @returns the order's id
 * @throws DomainError not_found, reservation_ended, payment_provider_unavailable
 */
export async function beginCheckout(
  deps: Pick<ApiDependencies, 'db' | 'temporal'>,
  request: Omit<CheckoutRequest, 'orderId'>,
): Promise<string> {
  const orderId = uuidFrom(ID_NAMESPACES.order, request.reservationId);
  const known = await deps.db.row<{ reservation: string; order_status: string | null; amount: string }>(
    `select r.status as reservation, o.status as order_status,
       (select coalesce(sum(quantity * unit_price), 0) from reservation_items where reservation_id = r.id)::text as amount
     from reservations r
     left join orders o on o.reservation_id = r.id where r.id = $1 and r.owner = any($2)`,
    [request.reservationId, request.owners],
  );
  if (!known) throw new DomainError('not_found', 'Reservation not found.');
  if (known.order_status !== null && known.order_status !== 'pending') return orderId;
  if (known.order_status === null && known.reservation !== 'reserved') throw ended();

  const result = await begin(deps, Number(known.amount), { orderId, ...request });
  switch (result.outcome) {
    case 'opened':
      return orderId;
    case 'reservation_missing':
      throw new DomainError('not_found', 'Reservation not found.');
    case 'reservation_ended':
      throw ended();
    case 'payment_unavailable':
      throw new DomainError('payment_provider_unavailable', 'Your items stay reserved. Try again in a moment.', {
        retryable: true,
      });
  }
}

const ended = () =>
  new DomainError(
    'reservation_ended',
    'The reservation has ended and its items were released. Create a new reservation.',
  );

function begin(
  { temporal }: Pick<ApiDependencies, 'temporal'>,
  amount: number,
  request: CheckoutRequest,
): Promise<BeginCheckoutResult> {
  const { orderId, userId: customerId } = request;
  const order = { orderId, customerId, amount, status: 'pending', createdAt: new Date() };
  // The workflow's own steps are idempotent; a new ID lets a retry try Stripe again after an outage.
  return updateWithStart(temporal, orderStart(order, 'Checkout', false), beginCheckoutUpdate, request, randomUUID());
}
