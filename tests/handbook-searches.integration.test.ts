/** Every search in the handbook's “Find a case” is executed: with the values of the handbook, and with those of a case that it must find. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { HANDBOOK } from './support/handbook.ts';
import { type Sale, sell } from './support/sales.ts';
import { startTestShop, type TestShop, until } from './support/shop.ts';

const [, SECTION = ''] = /^## Find a case\n([\s\S]*?)^## /m.exec(HANDBOOK)!;

/** The first code of each row of the table below a heading. */
function examplesIn(heading: string): string[] {
  const [, rows = ''] = new RegExp(`^\\| by \\| ${heading} \\|\\n\\| --- \\| --- \\|\\n((?:\\|.*\\n)+)`, 'm').exec(
    SECTION,
  )!;
  return rows
    .trim()
    .split('\n')
    .map((row) => /`([^`]+)`/.exec(row.split('|')[2]!)![1]!);
}
const ENTRIES = examplesIn('enter');
const PASTED = examplesIn('paste');

let shop: TestShop;
let buyer: Awaited<ReturnType<typeof signedIn>>;
let sale: Sale;
let refund: { id: string };
/** Values of the handbook → values of the case. */
let values: Record<string, string>;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  buyer = await signedIn(shop);
  sale = await sell(shop, { buyer, lines: [{ price: '58.99', quantity: 1 }] });
  await new Desk(shop.services).order(sale.orderId, 'refund', { requestId: 'part', amount: 58 });
  await buyer.untilStatus(sale.orderId, 'partially_refunded');
  refund = (await shop.services.db.row<{ id: string }>('select id from refunds where order_id = $1', [sale.orderId]))!;
  const today = new Date().toISOString().slice(0, 10);
  values = {
    '482-913-077': sale.begun.order.number,
    'ada.moss@example.com': sale.begun.order.email,
    '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55': sale.orderId,
    '5f1d3c1e-7a52-4a0e-8f43-0d6a7c1b2e90': buyer.session.user.id,
    '7a9c0d1e-2b3f-5c4d-8e6f-1a2b3c4d5e6f': refund.id,
    'retry-ticket 10': orderWorkflowId(sale.orderId),
    pi_3Abc: sale.intentId,
    '2026-11-24': today,
    '2026-11-30': today,
    '"paid", "under review"': '"paid", "partially refunded"',
  };
});
afterAll(() => shop?.stop());

const filledIn = (example: string) =>
  Object.entries(values).reduce((text, [written, actual]) => text.replaceAll(written, actual), example);

async function isListed(query: string): Promise<boolean> {
  const own = [orderWorkflowId(sale.orderId), refundWorkflowId(sale.orderId, 'part')];
  for await (const { workflowId } of shop.services.temporal.workflow.list({ query }))
    if (own.includes(workflowId)) return true;
  return false;
}

/** Lists are updated with a delay. */
const untilListed = (query: string) => until(() => isListed(query), `the case to be listed by ${query}`, 10_000);

async function queryFor(entered: string): Promise<string> {
  const answer = await fetch(`${shop.api.url}/api/support/find`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ for: entered }),
  });
  expect([entered, answer.status]).toEqual([entered, 303]);
  return new URL(answer.headers.get('location')!).searchParams.get('query')!;
}

describe('the find page', () => {
  it.each(ENTRIES)('finds the case by %s', async (entry) => {
    // No payment at Stripe has the handbook's ID.
    const { count } = await shop.services.temporal.workflow.count(
      await queryFor(entry.startsWith('pi_') ? sale.intentId : entry),
    );
    expect(count).toBeGreaterThanOrEqual(0);
    await untilListed(await queryFor(filledIn(entry)));
  });

  it('is described with each way to search', () => {
    expect(ENTRIES).toHaveLength(10);
  });
});

describe('a pasted query', () => {
  it.each(PASTED)('is valid, and finds the case: %s', async (query) => {
    expect((await shop.services.temporal.workflow.count(query)).count).toBeGreaterThanOrEqual(0);
    await untilListed(filledIn(query));
  });

  it('is in every row', () => {
    expect(PASTED).toHaveLength(11);
    for (const attribute of ['OrderNumber', 'OrderId', 'CustomerId', 'OrderStatus', 'Amount', 'Day'])
      expect(PASTED.join(' ')).toContain(attribute);
  });

  it('that is invalid fails, which proves that the check can fail', async () => {
    await expect(shop.services.temporal.workflow.count('OrderName = "x"')).rejects.toThrow();
  });
});
