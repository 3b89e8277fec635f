/** Begins checkouts. The order's ID is derived from the reservation's, so that a repeated request finds the same order. */
import { randomUUID } from 'node:crypto';
import type { CheckoutRequest } from '../../domain/checkout.ts';
import { DomainError } from '../../domain/errors.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { emailHash } from '../../infra/email-hash.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import { type BeginCheckoutResult, beginCheckoutUpdate } from '../../workflows/order/messages.ts';
import { orderStart, type StartedOrder } from '../../workflows/order/start.ts';
import type { ApiDependencies } from '../context.ts';
import { updateWithStart } from '../temporal-call.ts';

/**
 * Opens the order and its payment. Safe to repeat.
 * @returns the order's ID
 * @throws DomainError not_found, reservation_ended, payment_provider_unavailable
 */
export async function beginCheckout(
  deps: Pick<ApiDependencies, 'db' | 'temporal' | 'settings'>,
  request: Omit<CheckoutRequest, 'orderId'>,
): Promise<string> {
  const orderId = uuidFrom(ID_NAMESPACES.order, request.reservationId);
  const known = await deps.db.row(reservationOf(deps.db, request));
  if (!known) throw new DomainError('not_found', 'Reservation not found.');
  if (known.order_status !== null && known.order_status !== 'pending') return orderId;
  if (known.order_status === null && known.reservation_status !== 'reserved') throw ended();

  const result = await begin(deps, Number(known.amount ?? 0), { orderId, ...request });
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

const reservationOf = builtOnce((sql, { reservationId, owners }: Pick<CheckoutRequest, 'reservationId' | 'owners'>) =>
  sql.query
    .selectFrom('reservations as r')
    .leftJoin('orders as o', 'o.reservation_id', 'r.id')
    .select(['r.status as reservation_status', 'o.status as order_status'])
    .select((reservation) =>
      reservation
        .selectFrom('reservation_items as item')
        .select((item) =>
          item.fn.sum<string>(item('item.quantity', '*', item.ref('item.unit_price').$castTo<number>())).as('amount'),
        )
        .whereRef('item.reservation_id', '=', 'r.id')
        .as('amount'),
    )
    .where('r.id', '=', reservationId)
    .where('r.owner', '=', anyOf(owners)),
);

const ended = () =>
  new DomainError(
    'reservation_ended',
    'The reservation has ended and its items were released. Create a new reservation.',
  );

function begin(
  { temporal, settings }: Pick<ApiDependencies, 'temporal' | 'settings'>,
  amount: number,
  request: CheckoutRequest,
): Promise<BeginCheckoutResult> {
  const { orderId, userId: customerId, email } = request;
  const order: StartedOrder = {
    orderId,
    // PostgreSQL assigns it when the workflow inserts the order.
    orderNumber: undefined,
    emailHash: email === null ? null : emailHash(settings.EMAIL_HASH_KEY, email),
    customerId,
    amount,
    status: 'pending',
    createdAt: new Date(),
  };
  // The workflow's own steps are idempotent; a new ID lets a retry try Stripe again after an outage.
  return updateWithStart(temporal, orderStart(order), beginCheckoutUpdate, request, randomUUID());
}
