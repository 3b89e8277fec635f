/** Creates every discrepancy that the audit checks: it must be reported with its check and subject, and disappear once it is corrected. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detailsOf, provoked } from '../../tests/support/findings.ts';
import { force } from '../../tests/support/force.ts';
import { atStripe, chargeBack, type Sale, sell } from '../../tests/support/sales.ts';
import { startTestShop, type TestShop, until } from '../../tests/support/shop.ts';
import { deleteRefund as deleteWritten, type WrittenRefund, writeRefund } from '../../tests/support/written-refunds.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { checkMoney } from './check-money.ts';
import { checkUnits } from './check-units.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const everything = () => checkMoney(shop.services.db, shop.services.stripe, undefined, () => {});
const money = async () => (await everything()).findings;
/** A time so far in the future that all changes until now are old. */
function later() {
  const future = new Date(Date.now() + 3_600_000);
  const look = () => checkMoney(shop.services.db, shop.services.stripe, future, () => {});
  return {
    future,
    findings: async () => (await look()).findings,
    /** Sums at Stripe and of the orders, in cents. */
    captured: async () => {
      const usd = (await look()).ledgers.find(({ currency }) => currency === 'usd');
      return [usd?.stripeCapturedCents ?? 0, usd?.ordersCapturedCents ?? 0];
    },
  };
}
const units = () => checkUnits(shop.services.db);
const run = (text: string, values: unknown[]) => shop.services.db.run(text, values);

const insertRefund = (sale: Sale, refund: WrittenRefund) => writeRefund(shop.services.db, sale, refund);
const deleteRefund = (id: string) => deleteWritten(shop.services.db, id);

describe('money', () => {
  it('of an order whose charge differs from Stripe’s', async () => {
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
    ).toEqual([
      'records 2400 as charged, but Stripe has 2500 (minor units)',
      'was charged an amount that differs from its total',
    ]);
  });

  it('that was refunded only at Stripe or only in the order', async () => {
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
    expect(found).toEqual(['records 100 as refunded, but Stripe has 0 (minor units)']);
  });

  it.each<[boolean, Partial<WrittenRefund>]>([
    [true, { status: 'succeeded' }],
    [true, { status: 'pending', stripeRefundId: 're_unknown' }],
    [false, { status: 'pending' }],
    [false, { status: 'failed', stripeRefundId: 're_unknown' }],
    [false, { status: 'succeeded', kind: 'chargeback', stripeRefundId: 're_unknown' }],
  ])('that Stripe did not refund is found: %s, with %o', async (isFound, of) => {
    const sale = await sell(shop);
    let id = '';
    const refund = { status: 'pending', cancelsUnits: false, quantity: 0, ...of };
    const found = await provoked(
      money,
      sale.orderId,
      async () => {
        id = await insertRefund(sale, refund);
      },
      () => deleteRefund(id),
    );
    expect(found).toEqual(isFound ? ['records 100 as refunded, but Stripe has 0 (minor units)'] : []);
  });

  it('that was charged in a currency other than the order’s', async () => {
    const sale = await sell(shop);
    const set = (currency: string) =>
      force(shop.services.db, [`update orders set currency = '${currency}' where id = $1`], [sale.orderId]);
    const found = await provoked(
      money,
      sale.orderId,
      () => set('eur'),
      () => set('usd'),
    );
    expect(found).toEqual(['is in eur but was charged in usd']);
  });

  it('that a canceled order keeps', async () => {
    const sale = await sell(shop);
    const set = (status: string) => run(`update orders set status = $2 where id = $1`, [sale.orderId, status]);
    await run(`insert into order_steps values ('canceled', 'paid') on conflict do nothing`, []);
    try {
      expect(
        await provoked(
          money,
          sale.orderId,
          () => set('canceled'),
          () => set('paid'),
        ),
      ).toEqual(['is canceled but keeps 2500 of the charge (minor units)']);
    } finally {
      await run(`delete from order_steps where from_status = 'canceled'`, []);
    }
  });

  it('of a payment that is not recorded, or that is unmatched and not refunded', async () => {
    const sale = await sell(shop);
    const setIntent = (id: string | null) =>
      run('update orders set payment_intent_id = $2 where id = $1', [sale.orderId, id]);
    const found = await provoked(
      money,
      sale.intentId,
      () => setIntent(null),
      () => setIntent(sale.intentId),
    );
    expect(found.join()).toContain(`was charged for order ${sale.orderId} but is not recorded there; 0 of 2500`);
    const setReason = (reason: string | null) =>
      run('update payments set unmatched_reason = $2 where id = $1', [sale.intentId, reason]);
    const unmatched = await provoked(
      money,
      sale.intentId,
      () => setReason('wrong_amount'),
      () => setReason(null),
    );
    expect(unmatched.join()).toContain(
      'its amount differs from the amount due; 0 of 2500 were refunded (minor units), the refund is not sent',
    );
  });

  it('of different currencies is summed separately', async () => {
    await sell(shop);
    const { ledgers } = await everything();
    expect(new Set(ledgers.map(({ currency }) => currency)).size).toBe(ledgers.length);
    const usd = ledgers.find(({ currency }) => currency === 'usd')!;
    expect(usd.stripeCapturedCents).toBe(usd.ordersCapturedCents);
    expect(usd.stripeCapturedCents).toBeGreaterThan(0);
  });

  it('is read for the given days, and for orders that changed since', async () => {
    const sale = await sell(shop);
    const { future, captured } = later();
    const before = await captured();
    // The payment is old but its order has changed, so it is read by its ID.
    await run('update orders set updated_at = $2 where id = $1', [sale.orderId, new Date(future.getTime() + 1_000)]);
    expect(await captured()).toEqual(before.map((cents) => cents + 2500));
    await run('update orders set updated_at = now() where id = $1', [sale.orderId]);
  });
});

describe('old money', () => {
  it('of an unmatched payment that is not refunded', async () => {
    const { findings } = later();
    const { intentId } = await sell(shop);
    const set = (reason: string | null) =>
      run('update payments set unmatched_reason = $2 where id = $1', [intentId, reason]);
    const found = await provoked(
      findings,
      intentId,
      () => set('wrong_amount'),
      () => set(null),
    );
    expect(found.join()).toContain('0 of 2500 were refunded (minor units), the refund is not sent');
  });

  it('that a canceled order keeps, until staff pay it back another way', async () => {
    const { findings } = later();
    const sale = await sell(shop);
    const set = (status: string) => run('update orders set status = $2 where id = $1', [sale.orderId, status]);
    const canceled = () =>
      provoked(
        findings,
        sale.orderId,
        () => set('canceled'),
        () => set('paid'),
      );
    await run(`insert into order_steps values ('canceled', 'paid') on conflict do nothing`, []);
    try {
      expect(await canceled()).toEqual(['is canceled but keeps 2500 of the charge (minor units)']);
      const refund = { status: 'failed', isGivenUp: true, amount: 25, cancelsUnits: false, quantity: 1 };
      const refundId = await insertRefund(sale, refund);
      expect(await canceled()).toEqual([]);
      await deleteRefund(refundId);
    } finally {
      await run(`delete from order_steps where from_status = 'canceled'`, []);
    }
  });

  it.each([
    { status: 'pending', isOpen: true },
    { status: 'failed', isOpen: true },
    { status: 'failed', isGivenUp: true, isOpen: false },
    { status: 'failed', kind: 'chargeback', isOpen: false },
  ])('of an order with a refund: $status, $kind, given up: $isGivenUp', async ({ isOpen, ...fields }) => {
    const { findings } = later();
    const sale = await sell(shop);
    const set = (captured: number) =>
      run('update orders set captured_amount = $2 where id = $1', [sale.orderId, captured]);
    let refundId = '';
    const found = await provoked(
      findings,
      sale.orderId,
      async () => {
        refundId = await insertRefund(sale, { ...fields, cancelsUnits: false, quantity: 1 });
        await set(24);
      },
      async () => {
        await deleteRefund(refundId);
        await set(25);
      },
    );
    expect(found.includes('records 2400 as charged, but Stripe has 2500 (minor units)')).toBe(isOpen);
  });
});

describe('disputes', () => {
  /** Drops Stripe's next webhooks of these types. */
  async function withoutWebhooks<Result>(eventTypes: string[], work: () => Promise<Result>): Promise<Result> {
    for (const event_type of eventTypes)
      await atStripe(shop, 'faults', { target: 'webhook', match: { event_type }, kind: 'lost', times: 1 });
    return work();
  }
  const notify = (sale: Sale) =>
    shop.services.temporal.workflow.getHandle(orderWorkflowId(sale.orderId)).signal('moneyMoved');
  const untilAgreed = (id: string) =>
    until(async () => detailsOf(await money(), id).length === 0, `the books to agree on dispute ${id}`);

  it('that are not recorded, or recorded with an outdated status, however old they are', async () => {
    const sale = await sell(shop);
    const opened = ['charge.dispute.created', 'charge.dispute.funds_withdrawn'];
    const id = await withoutWebhooks(opened, () => chargeBack(shop, sale));
    const ofOrder = `of order ${sale.orderId} is`;
    expect(detailsOf(await money(), id)).toEqual([
      `${ofOrder} needs_response for 2500 at Stripe (minor units) but is not recorded`,
    ]);
    await notify(sale);
    await untilAgreed(id);

    const closed = ['charge.dispute.funds_reinstated', 'charge.dispute.closed'];
    await withoutWebhooks(closed, () => atStripe(shop, `disputes/${id}/close`, { outcome: 'won' }));
    const { findings } = later();
    for (const check of [money, findings])
      expect(detailsOf(await check(), id)).toEqual([`${ofOrder} won at Stripe but recorded as needs_response`]);
    await notify(sale);
    await untilAgreed(id);
    await sale.buyer.untilStatus(sale.orderId, 'paid');
  });

  it('that are recorded with another amount, or that do not exist at Stripe', async () => {
    const sale = await sell(shop);
    // A second event of the same change would overwrite the amount during the audit.
    const id = await withoutWebhooks(['charge.dispute.funds_withdrawn'], () => chargeBack(shop, sale, 700));
    await sale.buyer.untilStatus(sale.orderId, 'partially_refunded');
    const close = () => atStripe(shop, `disputes/${id}/close`, { outcome: 'won' });
    await withoutWebhooks(['charge.dispute.funds_reinstated'], close);
    await sale.buyer.untilStatus(sale.orderId, 'paid');
    const set = (amount: number) => run('update disputes set amount = $2 where id = $1', [id, amount]);
    const amounts = await provoked(
      money,
      id,
      () => set(6.5),
      () => set(7),
    );
    expect(amounts).toEqual([
      `of order ${sale.orderId} is for 700 usd at Stripe but recorded as 650 usd (minor units)`,
    ]);
    const unknown = `dp_unknown_${sale.orderId}`;
    const found = await provoked(
      money,
      unknown,
      () =>
        run(
          `insert into disputes (id, order_id, amount, currency, reason, status) values ($1, $2, 7, 'usd', 'general', 'under_review')`,
          [unknown, sale.orderId],
        ),
      () => run('delete from disputes where id = $1', [unknown]),
    );
    expect(found).toEqual([`of order ${sale.orderId} is recorded as under_review but does not exist at Stripe`]);
  });
});

describe('units', () => {
  it('refunded more often than they were bought', async () => {
    const sale = await sell(shop);
    let id = '';
    const found = await provoked(
      units,
      sale.orderId,
      async () => {
        id = await insertRefund(sale, { status: 'pending', cancelsUnits: false, quantity: 3 });
      },
      () => deleteRefund(id),
    );
    expect(found.join()).toContain('has refunds for 3 units of product');
  });

  it('canceled and not restocked', async () => {
    const sale = await sell(shop);
    let id = '';
    const found = await provoked(
      units,
      sale.orderId,
      async () => {
        id = await insertRefund(sale, { status: 'succeeded', cancelsUnits: true, quantity: 1 });
      },
      () => deleteRefund(id),
    );
    expect(found.join()).toMatch(/canceled 1 units of product .* which did not return to stock/);
  });

  it('shipped although their refund is not finished', async () => {
    const sale = await sell(shop);
    let id = '';
    const found = await provoked(
      units,
      sale.orderId,
      async () => {
        await run(`update orders set fulfillment = 'shipped', status = 'shipped', shipped_at = now() where id = $1`, [
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
      units,
      sale.orderId,
      () => set('refunded'),
      () => set('paid'),
    );
    expect(found.join()).toContain('some of its units are not canceled or did not return to stock');
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
      units,
      sale.orderId,
      () => set('refunded'),
      () => set('paid'),
    );
    expect(found.join().includes('not canceled or did not return to stock')).toBe(isFound);
    await deleteRefund(refundId);
  });
});
