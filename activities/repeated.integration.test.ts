/**
 * Every activity may run again after its result was lost, and concurrently with an attempt that Temporal considers lost. Activities of
 * payments, refunds, the audit, the retraining, and the retry of all stopped cases have their own test files; a new activity fails here until it has an entry.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordPayment } from '../infra/postgres/payments.ts';
import { activityShop } from '../tests/support/activity-shop.ts';
import { expectRepeatable, onlyReads, type Repeatable, scopeOf } from '../tests/support/repeated.ts';
import { endedAgo, reservationInput } from '../tests/support/reservations.ts';
import { createProduct } from '../tests/support/shop.ts';
import { createAuditActivities } from './audit/activities.ts';
import type { Activities } from './index.ts';
import { createPaymentActivities } from './payments/activities.ts';
import { createRetrainingActivities } from './recommendations/retraining/activities.ts';
import { createRefundActivities } from './refunds/activities.ts';
import { createRetryStoppedActivities } from './retry-stopped/activities.ts';

// Emails and notifications stay in the outbox, so that runs can be compared.
const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

const BY_ANNA = { requestId: 'step', actor: 'ui:Anna', reason: 'as asked' };
const ADDRESS = { name: 'Ada', street: '2 Main Street', city: 'Springfield', postal_code: '12345', country: 'US' };

/** A paid order, and the activity that `make` creates for it. */
async function paid(make: (orderId: string) => Promise<() => Promise<unknown>>, price?: string): Promise<Repeatable> {
  const order = await orders.paid({ price });
  return { scope: scopeOf(order), run: await make(order.order.orderId) };
}

const step =
  (
    of: Parameters<Activities['stepOrder']>[0]['step'],
    before: (orderId: string) => Promise<unknown> = async () => {},
  ) =>
  () =>
    paid(async (orderId) => {
      await before(orderId);
      return () => shop.activities.stepOrder({ orderId, ...BY_ANNA, step: of });
    });
const PARCEL = { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z' } as const;
const ship = (orderId: string) => shop.activities.stepOrder({ orderId, ...BY_ANNA, requestId: 'before', step: PARCEL });
type Elsewhere =
  | keyof ReturnType<typeof createPaymentActivities>
  | keyof ReturnType<typeof createRefundActivities>
  | keyof ReturnType<typeof createAuditActivities>
  | keyof ReturnType<typeof createRetrainingActivities>
  | keyof ReturnType<typeof createRetryStoppedActivities>;

/** Each activity with the situations in which it is repeated. */
const ACTIVITIES: Readonly<
  Record<Exclude<keyof Activities, Elsewhere>, Readonly<Record<string, () => Promise<Repeatable>>>>
> = {
  reserveStock: {
    'a reservation': async () => {
      const product = await createProduct(shop.services);
      const reservation = reservationInput([{ productId: product.id, quantity: 2 }]);
      const scope = { productIds: [product.id], reservationIds: [reservation.reservationId] };
      return { scope, run: () => shop.activities.reserveStock(reservation) };
    },
    'that replaces an earlier one': async () => {
      const { product, reservation: earlier } = await orders.reserved();
      const reservation = reservationInput([{ productId: product.id, quantity: 3 }], { owners: earlier.owners });
      const reservationIds = [earlier.reservationId, reservation.reservationId];
      return {
        scope: { productIds: [product.id], reservationIds },
        run: () => shop.activities.reserveStock(reservation),
      };
    },
  },
  endReservation: {
    'that is overdue': async () => {
      const { product, reservation } = await orders.reserved();
      const { reservationId } = reservation;
      await endedAgo(shop.services, reservationId, 60);
      const scope = { productIds: [product.id], reservationIds: [reservationId] };
      return { scope, run: () => shop.activities.endReservation({ reservationId }) };
    },
  },
  releaseReservation: {
    'that is open': async () => {
      const { product, reservation } = await orders.reserved();
      const { reservationId } = reservation;
      const scope = { productIds: [product.id], reservationIds: [reservationId] };
      return { scope, run: () => shop.activities.releaseReservation({ reservationId }) };
    },
  },
  loadReservation: {
    'that is open': async () => {
      const order = await orders.opened();
      const { reservationId } = order.reservation;
      return { scope: scopeOf(order), run: () => shop.activities.loadReservation({ reservationId }), onlyReads: true };
    },
  },
  extendReservation: {
    'with its order': async () => {
      const order = await orders.opened();
      const { reservationId } = order.reservation;
      return {
        scope: scopeOf(order),
        run: () => shop.activities.extendReservation({ reservationId, minutes: 10, ...BY_ANNA }),
      };
    },
  },
  openOrder: {
    'on a reservation': async () => {
      const { product, reservation } = await orders.reserved();
      const { reservationId, owners } = reservation;
      const orderId = randomUUID();
      const begin = { orderId, reservationId, owners, userId: null, email: null, shipping_address: ADDRESS };
      const scope = { orderIds: [orderId], productIds: [product.id], reservationIds: [reservationId] };
      return { scope, run: () => shop.activities.openOrder(begin) };
    },
  },
  loadOrder: { paid: () => onlyReads(paid(async (orderId) => () => shop.activities.loadOrder({ orderId }))) },
  loadCase: { paid: () => onlyReads(paid(async (orderId) => () => shop.activities.loadCase({ orderId }))) },
  applyPayments: {
    'a payment': async () => {
      const order = await orders.opened();
      const { orderId } = order.order;
      await orders.charge(order.order);
      await shop.activities.checkPayment({ orderId });
      return { scope: scopeOf(order), run: () => shop.activities.applyPayments({ orderId }), answersOtherwise: true };
    },
    'a refused attempt': async () => {
      const order = await orders.opened();
      const { orderId } = order.order;
      const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
      const failure = { attemptId: `ch_${randomUUID()}`, code: 'card_declined', message: 'Declined.' };
      const facts = { paymentIntentId, status: 'open', receivedCents: 0, currency: 'usd', failure } as const;
      await recordPayment(shop.services.db, orderId, facts);
      return { scope: scopeOf(order), run: () => shop.activities.applyPayments({ orderId }), answersOtherwise: true };
    },
    'a payment that came too late': async () => {
      const order = await orders.opened();
      const { orderId } = order.order;
      await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
      await shop.activities.closeOrder({ orderId, to: 'expired' });
      await orders.charge(order.order);
      await shop.activities.checkPayment({ orderId });
      return { scope: scopeOf(order), run: () => shop.activities.applyPayments({ orderId }) };
    },
  },
  closeOrder: Object.fromEntries(
    (['expired', 'canceled'] as const).map((to) => [
      to,
      async () => {
        const order = await orders.opened();
        return { scope: scopeOf(order), run: () => shop.activities.closeOrder({ orderId: order.order.orderId, to }) };
      },
    ]),
  ),
  stepOrder: {
    'put under review': step({ action: 'putUnderReview' }),
    endReview: step({ action: 'endReview' }, (orderId) =>
      shop.activities.stepOrder({ orderId, ...BY_ANNA, requestId: 'before', step: { action: 'putUnderReview' } }),
    ),
    ship: step(PARCEL),
    'ship a part': async () => {
      const order = await orders.paid();
      const part = { ...PARCEL, lines: [{ productId: order.product.id, quantity: 1 }] };
      const { orderId } = order.order;
      return { scope: scopeOf(order), run: () => shop.activities.stepOrder({ orderId, ...BY_ANNA, step: part }) };
    },
    deliver: step({ action: 'markDelivered' }, ship),
    'correct the tracking number': step({ action: 'correctTracking', trackingNumber: '1Z999' }, ship),
    'correct the address': step({ action: 'correctAddress', address: ADDRESS }),
    'change the email address': step({ action: 'changeEmail', email: 'ada.moss@example.test' }),
    'add a note': step({ action: 'addNote', note: 'Will call again' }),
    'send the confirmation again': step({ action: 'resendConfirmation' }),
  },
  recordRequest: {
    'a retry': () =>
      paid(
        async (orderId) => () =>
          shop.activities.recordRequest({
            orderId,
            ...BY_ANNA,
            type: 'retry_requested',
            message: 'Asked for another try.',
          }),
      ),
  },
  reindexProduct: {
    'in stock': async () => {
      const product = await createProduct(shop.services);
      const { client, alias } = shop.services.productIndex;
      // Each run gives the product a new version, so the index accepts it.
      const look = async () => {
        await client.indices.refresh({ index: alias });
        const { hits } = await client.search<{ version?: number }>({
          index: alias,
          query: { ids: { values: [product.id] } },
        });
        return hits.hits.map(({ _id, _source }) => ({ _id, ..._source, version: undefined }));
      };
      return { scope: {}, look, run: () => shop.activities.reindexProduct({ product: product.id }) };
    },
  },
};

it('has an entry for every activity', () => {
  const elsewhere = [
    createPaymentActivities,
    createRefundActivities,
    createAuditActivities,
    createRetrainingActivities,
    createRetryStoppedActivities,
  ];
  const all = [...Object.keys(ACTIVITIES), ...elsewhere.flatMap((create) => Object.keys(create(shop.services)))];
  expect(all.sort()).toEqual(Object.keys(shop.activities).sort());
});

describe.each(Object.entries(ACTIVITIES))('%s', (_, situations) => {
  it.each(Object.entries(situations))(
    'changes nothing when repeated or run concurrently: %s',
    async (_situation, prepare) => {
      await expectRepeatable(shop.services, prepare);
    },
  );
});
