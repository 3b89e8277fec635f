/** Refunds at the support desk that fail, are paid another way, or are requested by staff: what remains, and what the customer reads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../local/mailbox/testing.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { refundHelpers } from './support/refunds.ts';
import { orderOf, refundedAtStripe, type Sale, sell, untilRefundedAtStripe } from './support/sales.ts';
import { CARDS, startTestShop, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());
const { requestRefund, skuLine, line, pendingAtStripe, untilRefund } = refundHelpers(() => shop);

const TRANSFER = { reason: 'Paid by bank transfer' };
const TWO = {
  lines: [
    { price: '10.95', quantity: 1 },
    { price: '2.00', quantity: 1 },
  ],
};

const pageOf = async (workflowId: string) => (await desk.details(workflowId)).replaceAll('\\', '');
const orderPage = ({ orderId }: Sale) => pageOf(orderWorkflowId(orderId));
const refundPage = ({ orderId }: Sale, requestId: string) => pageOf(refundWorkflowId(orderId, requestId));
const untilOrderPage = (sale: Sale, text: string) =>
  until(async () => (await orderPage(sale)).includes(text), `the page to say “${text}”`);
const mailsOf = ({ begun }: Sale) => mailsTo(process.env.MAILBOX_URL!, begun.order.email);
const mailOf = async (sale: Sale, subject: string) => {
  const find = async () => (await mailsOf(sale)).find((mail) => mail.subject.startsWith(subject));
  return (await until(find, `the email “${subject}”`))!;
};

/** An order of $12.95 whose goodwill refund of $3.00 failed, and was paid another way. */
async function paidAnotherWay(): Promise<Sale> {
  const sale = await sell(shop, TWO);
  await pendingAtStripe('failed', 200);
  await desk.order(sale.orderId, 'refund', { requestId: 'sorry', amount: 3 });
  await untilRefund(sale, 'sorry', 'failed');
  expect((await desk.refund(sale.orderId, 'sorry', 'giveUp', TRANSFER)).status).toBe('failed');
  return sale;
}

describe('an amount that was paid another way', () => {
  it('is on the pages of the order and of the refund, with the bank’s reason', async () => {
    const sale = await paidAnotherWay();
    await untilOrderPage(sale, '- Paid another way: $3.00\n- Remaining: $9.95');
    const page = await orderPage(sale);
    expect(page).toContain('- Refunded: $0.00\n');
    expect(page).toContain('(Send an Update): `cancel`, `refund`,');
    expect(page).toMatch(/\| Refund of \$3\.00 requested\. \| ui:Anna \|/);
    expect(page).toMatch(/\| The refund of \$3\.00 failed\. \| system \| \w[^|]+ \|/);
    expect(page).toContain('The refund of $3.00 was given up; the customer was paid another way.');
    expect(await refundPage(sale, 'sorry')).toContain('- State: **given up**');
  });

  it('can’t be refunded again: not by staff, not by the customer, and not with what remains', async () => {
    const sale = await paidAnotherWay();
    const tooMuch = await desk.order(sale.orderId, 'refund', { amount: 9.96 });
    expect(tooMuch.refused).toContain('The refund is more than the remaining charge.');
    expect((await desk.order(sale.orderId, 'refund', skuLine(sale, 0, 1))).refused).toContain(
      'These lines cost more than the remaining charge.',
    );
    expect((await requestRefund(sale, line(sale, 0, 1), 'own')).body.code).toBe('refund_exceeds_charge');
    const list = (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body;
    expect(list.refundable_amount).toBe(9.95);
    expect((await desk.order(sale.orderId, 'refund', { requestId: 'rest', all: true })).refused).toBeUndefined();
    await untilRefundedAtStripe(shop, sale.intentId, 995);
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    await untilOrderPage(sale, 'The full amount of $12.95 was refunded or paid another way.');
    expect(await orderPage(sale)).toContain('- Refunded: $9.95\n- Paid another way: $3.00\n- Remaining: $0.00');
    expect(await orderPage(sale)).toContain('sold, then returned to stock');
    expect((await desk.order(sale.orderId, 'refund', { amount: 1 })).refused).toBeDefined();
    expect(await refundedAtStripe(shop, sale.intentId)).toBe(995);
  });

  it('is not part of a cancellation', async () => {
    const sale = await paidAnotherWay();
    await desk.order(sale.orderId, 'cancel', { reason: 'Secret of staff' });
    await untilRefundedAtStripe(shop, sale.intentId, 995);
    await sale.buyer.untilStatus(sale.orderId, 'canceled');
    await untilOrderPage(sale, '- Remaining: $0.00');
    const { text } = await mailOf(sale, 'Your refund of $9.95 is on its way');
    expect(text).toContain('Reason: Your order was canceled');
    for (const name of ['Item A', 'Item B'])
      expect(text).toMatch(new RegExp(`Items:(\\n {2}.*)?\\n {2}1 × ${name}\\n`));
    expect(JSON.stringify(await mailsOf(sale))).not.toContain('Secret of staff');
  });
});

it('the customer reads no reason that staff wrote, whoever requested and approved the refund', async () => {
  const sale = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
  const aboveLimit = '`cancel` (above the limit: see “Request above the limit” in the handbook)';
  await untilOrderPage(sale, aboveLimit);
  const support = await signedIn(shop, 'support');
  const lead = await signedIn(shop, 'support_lead');
  await desk.order(sale.orderId, 'refund', { requestId: 'ticket-1', amount: 1, reason: 'Line discontinued' });
  await untilRefund(sale, 'ticket-1', 'succeeded');
  await untilOrderPage(sale, '- Remaining: $149.00');
  expect(await orderPage(sale)).toContain(aboveLimit);
  const { id } = (await requestRefund(sale, { all: true, reason: 'Product is discontinued' }, 'desk', support)).body
    .refund;
  const approved = await lead.call('POST', `/refunds/${id}/approve`, { reason: 'Looked at the pictures' });
  expect(approved.body.refund).toMatchObject({ reason: 'Product is discontinued', status: 'pending' });
  expect((await mailOf(sale, 'Your refund of $149.00 is on its way')).text).toContain('Reason: Refund by the shop');
  const order = await orderOf(sale);
  const refunds = (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body;
  // The ID of a request by staff, which a shopper could guess.
  const guessed = await requestRefund(sale, { all: true, reason: 'Mine' }, 'ticket-1');
  expect([guessed.status, guessed.body.code]).toEqual([422, 'idempotency_key_reused']);
  const same = await requestRefund(sale, { amount: 1, reason: 'Line discontinued' }, 'ticket-1', support);
  expect([same.status, same.body.refund.status]).toEqual([202, 'succeeded']);
  for (const seen of [order, refunds, guessed.body, await mailsOf(sale)])
    expect(JSON.stringify(seen)).not.toMatch(/discontinued|pictures/);
});

describe('a refund that fails after the customer read that it is on its way', () => {
  it('is announced as delayed, and as paid another way', async () => {
    const sale = await sell(shop, { ...TWO, card: CARDS.refundPendingThenFails });
    await desk.order(sale.orderId, 'refund', { requestId: 'late', amount: 3 });
    await mailOf(sale, 'Your refund of $3.00 is on its way');
    await untilRefund(sale, 'late', 'failed');
    const delayed = await mailOf(sale, 'Your refund of $3.00 is delayed');
    expect(delayed.text).toContain('Your bank could not accept the refund');
    await until(
      async () => (await desk.refund(sale.orderId, 'late', 'giveUp', TRANSFER)).status === 'failed',
      'the refund to be given up',
    );
    const { text } = await mailOf(sale, 'We paid your refund of $3.00 another way');
    expect(text).not.toContain(TRANSFER.reason);
  });
});
