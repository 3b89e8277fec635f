/** Effects of an applied payment beyond its order: on carts, on emails about declined cards, and on which order owns the payment. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordPayment } from '../../infra/postgres/payments.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { reservationInput } from '../../tests/support/reservations.ts';
import { ADDRESS, createProduct } from '../../tests/support/shop.ts';

// Emails stay in the outbox, so that tests can read them.
const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

async function cartWith(lines: readonly { productId: string; quantity: number }[]): Promise<string> {
  const cart = await shop.services.db.row<{ id: string }>('insert into carts default values returning id');
  for (const { productId, quantity } of lines)
    await shop.services.db.run('insert into cart_items (cart_id, product_id, quantity) values ($1, $2, $3)', [
      cart!.id,
      productId,
      quantity,
    ]);
  return cart!.id;
}

const inCart = async (cartId: string) =>
  (
    await shop.services.db.rows<{ id: string }>('select product_id as id from cart_items where cart_id = $1', [cartId])
  ).map(({ id }) => id);

/** Buys one unit of a product from a cart. */
async function buyFrom(cartId: string, productId: string): Promise<void> {
  const reservation = reservationInput([{ productId, quantity: 1 }], { cartId });
  expect((await shop.activities.reserveStock(reservation)).outcome).toBe('reserved');
  const { reservationId, owners } = reservation;
  const begin = { orderId: randomUUID(), reservationId, owners, userId: null, email: null, shipping_address: ADDRESS };
  const opened = await shop.activities.openOrder(begin);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  await orders.charge(opened.order);
  await shop.activities.checkPayment({ orderId: begin.orderId });
  expect((await shop.activities.applyPayments({ orderId: begin.orderId })).outcome).toBe('paid');
}

describe('a payment', () => {
  it('does not remove the product from other carts', async () => {
    const { id } = await createProduct(shop.services);
    const [own, other] = [
      await cartWith([{ productId: id, quantity: 1 }]),
      await cartWith([{ productId: id, quantity: 1 }]),
    ];
    await buyFrom(own, id);
    expect([await inCart(own), await inCart(other)]).toEqual([[], [id]]);
  });

  it('does not remove items that were not ordered, even if they were bought before', async () => {
    const [first, second] = [await createProduct(shop.services), await createProduct(shop.services)];
    const cart = await cartWith([first, second].map(({ id }) => ({ productId: id, quantity: 1 })));
    await buyFrom(cart, first.id);
    expect(await inCart(cart)).toEqual([second.id]);
    await shop.services.db.run('insert into cart_items (cart_id, product_id, quantity) values ($1, $2, 1)', [
      cart,
      first.id,
    ]);
    await buyFrom(cart, second.id);
    expect(await inCart(cart)).toEqual([first.id]);
  });
});

describe('a declined payment attempt', () => {
  const declined = async (orderId: string, paymentIntentId: string, attempt: string, recordedAt = 'now()') => {
    const failure = { attemptId: `ch_${attempt}_${orderId}`, code: 'card_declined', message: `The ${attempt} one.` };
    const facts = { paymentIntentId, status: 'open', receivedCents: 0, currency: 'usd', failure } as const;
    await recordPayment(shop.services.db, orderId, facts);
    await shop.services.db.run(`update payment_failures set recorded_at = ${recordedAt} where attempt_id = $1`, [
      failure.attemptId,
    ]);
    return failure;
  };
  const lastError = async (orderId: string) =>
    (
      await shop.services.db.row<{ message: string | null }>(
        'select last_payment_error as message from orders where id = $1',
        [orderId],
      )
    )?.message;
  const emailed = async (orderId: string) =>
    (
      await shop.services.db.rows<{ message: string }>(
        `select payload ->> 'message' as message from outbox
         where topic = 'mail' and key = $1 and payload ->> 'kind' = 'payment_refused'`,
        [orderId],
      )
    ).map(({ message }) => message);

  it('is emailed if it is the first, and shown if it is the last, even if both are applied at once', async () => {
    const { orderId } = (await orders.opened()).order;
    const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
    // The ID of the first attempt sorts after the second one's.
    const first = await declined(orderId, paymentIntentId, 'previous', `now() - interval '1 minute'`);
    const second = await declined(orderId, paymentIntentId, 'next');
    expect((await shop.activities.applyPayments({ orderId })).failures).toEqual([first, second]);
    expect(await lastError(orderId)).toBe(second.message);
    expect(await emailed(orderId)).toEqual([first.message]);
  });

  it('that is applied after the order was paid is not shown to the shopper', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    await shop.services.db.run(
      `insert into payment_failures (attempt_id, payment_id, code, message) values ($1, $2, 'card_declined', 'Too late.')`,
      [`ch_late_${orderId}`, paymentIntentId],
    );
    expect((await shop.activities.applyPayments({ orderId })).failures).toHaveLength(1);
    expect(await lastError(orderId)).toBeNull();
    expect(await emailed(orderId)).toEqual([]);
  });

  it('of an unmatched payment is not recorded for the order', async () => {
    const { orderId } = (await orders.opened()).order;
    const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
    const other = await shop.services.stripe.paymentIntents.create({ amount: 700, currency: 'usd' });
    await declined(orderId, other.id, 'foreign');
    expect((await shop.activities.applyPayments({ orderId })).failures).toEqual([]);
    const own = await declined(orderId, paymentIntentId, 'own');
    expect((await shop.activities.applyPayments({ orderId })).failures).toEqual([own]);
    expect(await emailed(orderId)).toEqual([own.message]);
  });
});

describe('a payment that was recorded for the order that its metadata named', () => {
  it('moves to the order that owns it, and pays that one', async () => {
    const [named, owner] = [(await orders.opened()).order, (await orders.opened()).order];
    const paymentIntentId = await orders.charge(owner);
    const facts = {
      paymentIntentId,
      status: 'succeeded',
      receivedCents: owner.totalCents,
      currency: 'usd',
    } as const;
    await recordPayment(shop.services.db, named.orderId, facts);
    await recordPayment(shop.services.db, owner.orderId, facts);
    expect(await shop.activities.applyPayments({ orderId: named.orderId })).toMatchObject({
      outcome: 'unpaid',
      unmatched: [],
    });
    expect((await shop.activities.applyPayments({ orderId: owner.orderId })).outcome).toBe('paid');
  });
});
