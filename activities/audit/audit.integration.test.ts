/** Every discrepancy that the audit knows, made by hand: it must be reported, under its check and its subject, and gone when it is put right. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sale, sell } from '../../tests/support/sales.ts';
import { startTestShop, type TestShop } from '../../tests/support/shop.ts';
import { checkGoods } from './check-goods.ts';
import { checkMoney } from './check-money.ts';
import type { Finding } from './finding.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const everything = () => checkMoney(shop.services.db, shop.services.stripe, undefined, () => {});
const money = async () => (await everything()).findings;
const goods = () => checkGoods(shop.services.db);
const detailsOf = (findings: Finding[], id: string) =>
  findings.filter(({ subject }) => subject.includes(id)).map(({ detail }) => detail);
const run = (text: string, values: unknown[]) => shop.services.db.run(text, values);

/** Makes a discrepancy, looks, and puts it right. @returns what the audit says of the subject meanwhile */
async function provoked(
  check: () => Promise<Finding[]>,
  id: string,
  make: () => Promise<unknown>,
  undo: () => Promise<unknown>,
): Promise<string[]> {
  expect(detailsOf(await check(), id)).toEqual([]);
  await make();
  try {
    return detailsOf(await check(), id);
  } finally {
    await undo();
    expect(detailsOf(await check(), id)).toEqual([]);
  }
}

async function insertRefund(
  sale: Sale,
  fields: { status: string; cancelsUnits: boolean; quantity: number; kind?: string; isGivenUp?: boolean },
): Promise<string> {
  const id = randomUUID();
  const { status, cancelsUnits, kind = 'refund', isGivenUp = false } = fields;
  await run(
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status, cancels_units, kind, given_up_at)
     values ($1, $2, $3, 1, 'usd', 'provoked', 'system', $4, $5, $6, case when $7 then now() end)`,
    [id, sale.orderId, `provoked-${id}`, status, cancelsUnits, kind, isGivenUp],
  );
  await run('insert into refund_items (refund_id, product_id, quantity) values ($1, $2, $3)', [
    id,
    sale.products[0]!.id,
    fields.quantity,
  ]);
  return id;
}

async function deleteRefund(id: string): Promise<void> {
  await run('delete from refund_items where refund_id = $1', [id]);
  await run('delete from refunds where id = $1', [id]);
}

describe('money', () => {
  it('that an order books otherwise than Stripe', async () => {
    const sale = await sell(shop);
    const set = (captured: number) =>
      run('update orders set captured_amount = $2 where id = $1', [sale.orderId, captured]);
    expect(
      await provoked(
        money,
        sale.orderId,
        () => set(24),
        () => set(25),
      ),
    ).toEqual(['books 2400 as charged, Stripe 2500 (minor units)', 'was charged another amount than its total']);
  });

  it('that was refunded at one of the two alone', async () => {
    const sale = await sell(shop);
    let refundId = '';
    const found = await provoked(
      money,
      sale.orderId,
      async () => {
        refundId = await insertRefund(sale, { status: 'succeeded', cancelsUnits: false, quantity: 1 });
      },
      () => deleteRefund(refundId),
    );
    expect(found).toEqual(['books 100 as refunded, Stripe 0 (minor units)']);
  });

  it('that a canceled order keeps', async () => {
    const sale = await sell(shop);
    const set = (status: string) => run(`update orders set status = $2 where id = $1`, [sale.orderId, status]);
    await run(`insert into order_steps values ('cancelled', 'paid') on conflict do nothing`, []);
    try {
      expect(
        await provoked(
          money,
          sale.orderId,
          () => set('cancelled'),
          () => set('paid'),
        ),
      ).toEqual(['is cancelled but keeps 2500 of the charge (minor units)']);
    } finally {
      await run(`delete from order_steps where from_status = 'cancelled'`, []);
    }
  });

  it('of a payment that its order does not know, or that can’t be matched and has not gone back', async () => {
    const sale = await sell(shop);
    const setIntent = (id: string | null) =>
      run('update orders set payment_intent_id = $2 where id = $1', [sale.orderId, id]);
    const found = await provoked(
      money,
      sale.intentId,
      () => setIntent(null),
      () => setIntent(sale.intentId),
    );
    expect(found.join()).toContain(`was charged for order ${sale.orderId}, which does not know it; 0 of 2500`);
    const setReason = (reason: string | null) =>
      run('update payments set unmatched_reason = $2 where id = $1', [sale.intentId, reason]);
    const unmatched = await provoked(
      money,
      sale.intentId,
      () => setReason('wrong_amount'),
      () => setReason(null),
    );
    expect(unmatched.join()).toContain(
      'its amount is not the amount due; 0 of 2500 were refunded (minor units), the refund is not sent',
    );
  });

  it('of different currencies is summed apart', async () => {
    await sell(shop);
    const { ledgers } = await everything();
    expect(new Set(ledgers.map(({ currency }) => currency)).size).toBe(ledgers.length);
    const usd = ledgers.find(({ currency }) => currency === 'usd')!;
    expect(usd.stripeCapturedCents).toBe(usd.ordersCapturedCents);
    expect(usd.stripeCapturedCents).toBeGreaterThan(0);
  });

  it('is read as far back as asked, and whatever changed since', async () => {
    const sale = await sell(shop);
    const future = new Date(Date.now() + 3_600_000);
    const { ledgers } = await checkMoney(shop.services.db, shop.services.stripe, future, () => {});
    expect(ledgers).toEqual([]);
    // Made long ago, but its order has changed: it is read by its ID.
    await run('update orders set updated_at = $2 where id = $1', [sale.orderId, new Date(future.getTime() + 1_000)]);
    const changed = await checkMoney(shop.services.db, shop.services.stripe, future, () => {});
    expect(changed.ledgers).toMatchObject([{ currency: 'usd', stripeCapturedCents: 2500, ordersCapturedCents: 2500 }]);
    await run('update orders set updated_at = now() where id = $1', [sale.orderId]);
  });
});

describe('goods', () => {
  it('refunded more often than they were bought', async () => {
    const sale = await sell(shop);
    let id = '';
    const found = await provoked(
      goods,
      sale.orderId,
      async () => {
        id = await insertRefund(sale, { status: 'pending', cancelsUnits: false, quantity: 3 });
      },
      () => deleteRefund(id),
    );
    expect(found.join()).toContain('refunds are for 3 units of product');
  });

  it('canceled and not back on sale', async () => {
    const sale = await sell(shop);
    let id = '';
    const found = await provoked(
      goods,
      sale.orderId,
      async () => {
        id = await insertRefund(sale, { status: 'succeeded', cancelsUnits: true, quantity: 1 });
      },
      () => deleteRefund(id),
    );
    expect(found.join()).toMatch(/canceled 1 units of product .* which are not back on sale/);
  });

  it('shipped although their refund is not finished', async () => {
    const sale = await sell(shop);
    let id = '';
    const found = await provoked(
      goods,
      sale.orderId,
      async () => {
        await run(`update orders set fulfilment = 'shipped', status = 'shipped', shipped_at = now() where id = $1`, [
          sale.orderId,
        ]);
        id = await insertRefund(sale, { status: 'awaiting_approval', cancelsUnits: true, quantity: 1 });
      },
      () => deleteRefund(id),
    );
    expect(found.join()).toContain('has shipped, but refund');
  });

  it('of an order that is refunded in full and never shipped', async () => {
    const sale = await sell(shop);
    const set = (status: string) => run('update orders set status = $2 where id = $1', [sale.orderId, status]);
    const found = await provoked(
      goods,
      sale.orderId,
      () => set('refunded'),
      () => set('paid'),
    );
    expect(found.join()).toContain('some of its units are neither canceled nor back on sale');
  });

  it.each([
    { what: 'a refund that was given up', fields: { isGivenUp: true }, isFound: true },
    { what: 'a chargeback that was won', fields: { kind: 'chargeback' }, isFound: true },
    { what: 'a failed refund that can be retried', fields: {}, isFound: false },
  ])('of such an order with $what', async ({ fields, isFound }) => {
    const sale = await sell(shop);
    const set = (status: string) => run('update orders set status = $2 where id = $1', [sale.orderId, status]);
    const refundId = await insertRefund(sale, { status: 'failed', cancelsUnits: false, quantity: 1, ...fields });
    const found = await provoked(
      goods,
      sale.orderId,
      () => set('refunded'),
      () => set('paid'),
    );
    expect(found.join().includes('neither canceled nor back on sale')).toBe(isFound);
    await deleteRefund(refundId);
  });
});
