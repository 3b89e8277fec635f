/** Invariant 2 for refunds: whatever is requested of an order concurrently, no more is refunded than was charged. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM, uiActor } from '../../domain/identity.ts';
import { isWaiting } from '../../domain/refund.ts';
import type { RefundLine } from '../../domain/refund-units.ts';
import { isCommitted } from '../../domain/refund-units.ts';
import { packingLines } from '../../domain/shipping.ts';
import type { Services } from '../../infra/services.ts';
import { deleteOrders } from '../../tests/support/force.ts';
import { connectTestServices } from '../../tests/support/shop.ts';
import { lockForRefund } from '../orders/order-facts.ts';
import { stepOrder } from '../orders/order-steps.ts';
import { cancelPaid } from './cancellation-ledger.ts';
import { declineReturn, giveUpFailed, receiveReturn, retryFailed } from './decision-ledger.ts';
import { listRefundFacts } from './refund-facts.ts';
import { recordRefund, requestRefund } from './refund-ledger.ts';
import { withdrawRefund } from './withdrawal-ledger.ts';

const LIMITS = { customerCents: 500, supportCents: 2_000, leadCents: 100_000 };
const RULES = { limits: LIMITS, returnDays: 30 };
const AGENT = `support:${randomUUID()}`;
const AT_ONCE = 50;
const PRICES = [300, 700, 1250];
const QUANTITIES = [3, 2, 1];
const CAPTURED_CENTS = PRICES.reduce((sum, price, index) => sum + price * QUANTITIES[index]!, 0);

let services: Services;
const made: string[] = [];
beforeAll(async () => {
  services = await connectTestServices({ POSTGRES_POOL_MAX: 30 });
});
afterAll(async () => {
  await deleteOrders(services.db, made);
  await services?.close();
});

/** Inserts a paid order of three products by SQL, since this test covers only the ledger. */
async function paidOrder(hasShipped: boolean): Promise<{ orderId: string; productIds: string[] }> {
  const { db } = services;
  const [orderId, reservationId] = [randomUUID(), randomUUID()];
  const productIds: string[] = [];
  for (const price of PRICES) {
    const product = await db.row<{ id: string }>(
      `insert into products (sku, name, price, currency, stock_quantity) values ($1, 'Raced', $2, 'usd', 0) returning id`,
      [`RACE-${randomUUID().slice(0, 13)}`, price / 100],
    );
    productIds.push(product!.id);
  }
  await db.run(
    `insert into reservations (id, owner, status, currency, expires_at) values ($1, 'cart:x', 'committed', 'usd', now())`,
    [reservationId],
  );
  await db.run(
    `insert into orders (id, reservation_id, owner, status, total_amount, captured_amount, currency, shipping_address, expires_at, paid_at)
     values ($1, $2, 'cart:x', 'paid', $3, $3, 'usd', '{}', now(), now())`,
    [orderId, reservationId, CAPTURED_CENTS / 100],
  );
  await db.run(
    `insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
     select $1, line.*, 'S', 'Raced', '' from unnest($2::uuid[], $3::int[], $4::numeric[]) line`,
    [orderId, productIds, QUANTITIES, PRICES.map((price) => price / 100)],
  );
  if (hasShipped)
    await db.run(`update orders set fulfillment = 'shipped', status = 'shipped', shipped_at = now() where id = $1`, [
      orderId,
    ]);
  made.push(orderId);
  return { orderId, productIds };
}

const line = fc.record({ product: fc.nat(2), quantity: fc.integer({ min: 1, max: 4 }) });
const ask = fc.record({
  // Cancellations and shipments are rare, because the first one that is granted ends the race.
  kind: fc.oneof(
    { weight: 60, arbitrary: fc.constant('refund') },
    { weight: 1, arbitrary: fc.constant('cancel') },
    { weight: 2, arbitrary: fc.constant('ship') },
  ),
  actor: fc.constantFrom(SYSTEM, 'guest', uiActor('Anna'), AGENT, `support_lead:${randomUUID()}`),
  amountCents: fc.option(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 300 }) },
      fc.integer({ min: 1, max: CAPTURED_CENTS + 500 }),
    ),
    { nil: undefined },
  ),
  lines: fc.option(fc.array(line, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  restock: fc.boolean(),
  awaitReturn: fc.constantFrom(true, false, undefined, undefined),
  /** Its outcome at Stripe, and the action of staff that follows. */
  stripe: fc.constantFrom('succeeded', 'failed', 'failed', 'pending'),
  follow: fc.constantFrom('nothing', 'retry', 'retry', 'give up', 'withdraw', 'receive', 'decline'),
});

type Ask = typeof ask extends fc.Arbitrary<infer One> ? One : never;

const SMALL: Ask = {
  kind: 'refund',
  actor: SYSTEM,
  amountCents: 1,
  lines: undefined,
  restock: false,
  awaitReturn: undefined,
  stripe: 'pending',
  follow: 'nothing',
};
/** Requests of a shipped order so small that each outcome occurs, whichever comes first. */
const EVERY_OUTCOME: Ask[] = [
  ...(['retry', 'give up', 'withdraw'] as const).map((follow): Ask => ({ ...SMALL, stripe: 'failed', follow })),
  { ...SMALL, actor: AGENT, amountCents: LIMITS.supportCents + 1 },
  ...(['nothing', 'withdraw'] as const).map(
    (follow): Ask => ({
      ...SMALL,
      amountCents: undefined,
      lines: [{ product: 0, quantity: 1 }],
      awaitReturn: true,
      follow,
    }),
  ),
  { ...SMALL, amountCents: CAPTURED_CENTS + 1 },
  { ...SMALL, kind: 'cancel' },
];
while (EVERY_OUTCOME.length < AT_ONCE) EVERY_OUTCOME.push(SMALL);

describe(`${AT_ONCE} requests at once, and whatever follows`, () => {
  it('never refund more than was charged, or a unit twice', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(ask, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        fc.boolean(),
        async (asks, hasShipped) => {
          const { db } = services;
          const { orderId, productIds } = await paidOrder(hasShipped);
          await Promise.all(
            asks.map(async (wish) => {
              const request = {
                refundId: randomUUID(),
                orderId,
                requestId: randomUUID(),
                actor: wish.actor,
                reason: 'raced',
              };
              if (wish.kind === 'ship') {
                const { requestId, actor } = request;
                const step = { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z' } as const;
                const shipped = await stepOrder(db, { orderId, requestId, actor, step });
                seen.add(`ship ${shipped.outcome}`);
                return;
              }
              if (wish.kind === 'cancel') {
                const canceled = await cancelPaid(db, LIMITS, request);
                seen.add(`cancel ${canceled.outcome}`);
                if (canceled.outcome === 'canceled') await settle(request.refundId, wish.stripe);
                return;
              }
              const lines: RefundLine[] | undefined = wish.lines?.map((each) => ({
                productId: productIds[each.product]!,
                quantity: each.quantity,
              }));
              const { amountCents, restock, awaitReturn } = wish;
              const asked = await requestRefund(db, RULES, { ...request, amountCents, lines, restock, awaitReturn });
              seen.add(asked.outcome === 'accepted' ? asked.refund.status : asked.outcome);
              if (asked.outcome !== 'accepted') return;
              if (wish.follow === 'withdraw' && isWaiting(asked.refund))
                seen.add(
                  `withdraw waiting ${(await withdrawRefund(db, { ...request, actor: uiActor('Bo') })).outcome}`,
                );
              const next = { refundId: request.refundId, requestId: 'f', actor: uiActor('Bo'), reason: 'raced' };
              if (asked.refund.status === 'awaiting_return' && wish.follow === 'decline') await declineReturn(db, next);
              if (asked.refund.status === 'awaiting_return' && wish.follow === 'receive')
                await receiveReturn(db, LIMITS, { ...next, restock });
              if (asked.refund.status !== 'pending') return;
              await settle(request.refundId, wish.stripe);
              if (wish.stripe === 'failed' && wish.follow === 'retry') {
                const retried = await retryFailed(db, LIMITS, next);
                seen.add(`retry ${retried.outcome}`);
                if (retried.outcome === 'decided') await settle(request.refundId, 'succeeded');
              }
              if (wish.stripe === 'failed' && wish.follow === 'give up')
                seen.add(`give up ${(await giveUpFailed(db, next)).outcome}`);
              if (wish.stripe === 'failed' && wish.follow === 'withdraw')
                seen.add(`withdraw ${(await withdrawRefund(db, next)).outcome}`);
            }),
          );
          await assertBooks(orderId, productIds);
        },
      ),
      { numRuns: 20, endOnFailure: true, examples: [[EVERY_OUTCOME, true]] },
    );
    // The race would prove nothing if every request were refused.
    for (const outcome of [
      'pending',
      'awaiting_approval',
      'awaiting_return',
      'refused',
      'cancel refused',
      'retry decided',
      'give up decided',
      'withdraw decided',
      'withdraw waiting decided',
    ])
      expect(seen).toContain(outcome);
  }, 120_000);
});

async function settle(refundId: string, status: 'succeeded' | 'failed' | 'pending'): Promise<void> {
  const stripeRefundId = status === 'failed' ? null : `re_${randomUUID()}`;
  await recordRefund(services.db, { refundId, stripeRefundId, status });
}

async function assertBooks(orderId: string, productIds: readonly string[]): Promise<void> {
  const { db } = services;
  const refunds = await listRefundFacts(db, orderId);
  const open = refunds.filter(isCommitted);
  const sum = (list: typeof refunds) => list.reduce((total, each) => total + each.amountCents, 0);
  expect(sum(open)).toBeLessThanOrEqual(CAPTURED_CENTS);
  const given = open.filter(
    (each) => each.status === 'succeeded' || (each.status === 'pending' && each.stripeRefundId !== null),
  );
  const order = await db.row<{ cents: number; status: string }>(
    'select round(refunded_amount * 100)::int as cents, status from orders where id = $1',
    [orderId],
  );
  expect(order!.cents).toBe(sum(given));
  // A refund that was paid another way counts as refunded.
  if (order!.status === 'refunded')
    expect(order!.cents + sum(refunds.filter((each) => each.isGivenUp))).toBe(CAPTURED_CENTS);
  const sold = (await lockForRefund(db, orderId))!;
  const packing = packingLines(sold, refunds);
  // A shipped order has no open refund that cancels its units, or it could not have shipped.
  if (sold.hasShipped) expect(packing.filter((line) => line.pending > 0)).toEqual([]);
  for (const [index, productId] of productIds.entries()) {
    const taken = open.flatMap((each) => each.lines).filter((each) => each.productId === productId);
    const units = taken.reduce((total, each) => total + each.quantity, 0);
    expect(units).toBeLessThanOrEqual(QUANTITIES[index]!);
    const stock = await db.row<{ stock: number }>('select stock_quantity as stock from products where id = $1', [
      productId,
    ]);
    expect(stock!.stock).toBeLessThanOrEqual(QUANTITIES[index]!);
    // A unit returns to stock or ships, never both.
    const packed = packing.find((each) => each.productId === productId)!;
    if (!sold.hasShipped) expect(stock!.stock + packed.toShip).toBeLessThanOrEqual(QUANTITIES[index]!);
  }
}
