import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emailHash } from '../../infra/email-hash.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { Desk } from '../../tests/support/desk.ts';
import { type Sale, sell } from '../../tests/support/sales.ts';
import { startTestShop, type TestShop, until } from '../../tests/support/shop.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';
import { unmatchedPaymentWorkflowId } from '../../workflows/unmatched-payment/messages.ts';
import { startApi } from '../server.ts';
import { WHAT_TO_ENTER } from './case-search.ts';

const WEB_UI = 'http://127.0.0.1:8233';

let shop: TestShop;
let buyer: Awaited<ReturnType<typeof signedIn>>;
let sale: Sale;
/** IDs of the workflows of the order and of its refund. */
let order: string;
let refund: string;
beforeAll(async () => {
  shop = await startTestShop({ TEMPORAL_UI_URL: WEB_UI, RATE_LIMIT_ENABLED: false });
  buyer = await signedIn(shop);
  sale = await sell(shop, { buyer, lines: [{ price: '58.99', quantity: 1 }] });
  order = orderWorkflowId(sale.orderId);
  refund = refundWorkflowId(sale.orderId, 'part');
  await new Desk(shop.services).order(sale.orderId, 'refund', { requestId: 'part', amount: 7.5 });
  await sale.buyer.untilStatus(sale.orderId, 'partially_refunded');
});
afterAll(() => shop?.stop());

const send = (init: RequestInit) => fetch(`${shop.api.url}/api/support/find`, { redirect: 'manual', ...init });
/** As a browser sends the form. */
const submit = (entered: string) =>
  send({ method: 'POST', headers: { accept: 'text/html,*/*;q=0.8' }, body: new URLSearchParams({ for: entered }) });
const post = (body: unknown) =>
  send({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function queryOf(answer: Response): Promise<string> {
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([303, 'no-store']);
  const url = new URL(answer.headers.get('location')!);
  expect(url.origin + url.pathname).toBe(`${WEB_UI}/namespaces/default/workflows`);
  return url.searchParams.get('query')!;
}

/** The IDs of the workflows that the list shows, of this sale. */
async function listed(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of shop.services.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids.filter((id) => id.includes(sale.orderId)).sort();
}

/** Lists are updated with a delay. */
async function expectListed(entered: string, ids: string[]): Promise<void> {
  const query = await queryOf(await submit(entered));
  await until(
    async () => (await listed(query)).length === ids.length,
    `${ids.length} cases for ${query}`,
    10_000,
  ).catch(() => {});
  expect([query, await listed(query)]).toEqual([query, ids]);
}

describe('finds the cases of', () => {
  it('an order number in every spelling', async () => {
    const { number } = sale.begun.order;
    for (const entered of [number, `#${number}`, number.replaceAll('-', ''), ` ${number.replaceAll('-', ' ')} `])
      await expectListed(entered, [order, refund]);
  });

  it('an email address in every spelling, which appears in no URL', async () => {
    const { email } = sale.begun.order;
    await expectListed(email, [order, refund]);
    const answer = await submit(` ${email.toUpperCase()} `);
    const query = await queryOf(answer);
    expect(query).toBe(`EmailHash = "${emailHash(shop.services.settings.EMAIL_HASH_KEY, email)}"`);
    expect(JSON.stringify([...answer.headers]) + (await answer.text())).not.toContain('example.test');
  });

  it('the ID of the order, of its customer, of a refund, and of a workflow', async () => {
    await expectListed(sale.orderId, [order, refund]);
    await expectListed(order, [order, refund]);
    await expectListed(buyer.session.user.id, [order, refund]);
    const found = await shop.services.db.row<{ id: string }>('select id from refunds where order_id = $1', [
      sale.orderId,
    ]);
    await expectListed(found!.id, [refund]);
    await expectListed(refund, [refund]);
  });

  it('a payment and a refund at Stripe', async () => {
    await expectListed(sale.intentId, [order, refund]);
    const stripeRefundId = async () =>
      (
        await shop.services.db.row<{ id: string | null }>(
          'select stripe_refund_id as id from refunds where order_id = $1',
          [sale.orderId],
        )
      )?.id;
    await expectListed((await until(stripeRefundId, 'the refund to be sent'))!, [refund]);
  });

  it('a workflow that staff started from the form', async () => {
    const workflowId = `retry-ticket ${randomUUID()}`;
    const { workflow } = shop.services.temporal;
    await workflow.start('retryStopped', {
      workflowId,
      taskQueue: 'catalog',
      args: [{ requestedBy: 'Anna', reason: 'Test' }],
    });
    const query = await queryOf(await submit(workflowId));
    const isListed = async () => {
      for await (const found of workflow.list({ query })) if (found.workflowId === workflowId) return true;
      return false;
    };
    await until(isListed, `the case for ${query}`, 10_000);
    await workflow.getHandle(workflowId).result();
  });

  it('an unmatched payment at Stripe', async () => {
    const id = `pi_unmatched${randomUUID().replaceAll('-', '')}`;
    await shop.services.db.run(
      `insert into payments (id, order_id, status, received_amount, currency, unmatched_reason)
       values ($1, $2, 'succeeded', 12.5, 'usd', 'other_intent')`,
      [id, sale.orderId],
    );
    expect(await queryOf(await submit(id))).toBe(`WorkflowId = "${unmatchedPaymentWorkflowId(id)}"`);
    await shop.services.db.run('delete from payments where id = $1', [id]);
  });

  it('a status in the words of the page, an amount, and a day', async () => {
    await expectListed('Partially refunded', [order]);
    await expectListed('under review', []);
    for (const entered of ['58.99', '$58.99']) await expectListed(entered, [order]);
    await expectListed('7.50', [refund]);
    await expectListed(new Date().toISOString().slice(0, 10), [order]);
  });
});

describe('the page', () => {
  it('has one labeled field and the lists, and needs no script', async () => {
    const answer = await send({ headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    // A browser also applies the policy to the redirect.
    expect(answer.headers.get('content-security-policy')).toContain(`form-action 'self' ${WEB_UI};`);
    const page = await answer.text();
    expect(page).toContain('<label for="for">Order number, order ID, email address, customer ID, or refund ID</label>');
    expect(page.match(/<input /g)).toHaveLength(1);
    expect(page).toContain('<a href="/api/support/lists/needs-approval">');
    expect(page).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(page).not.toMatch(/<script|onclick/i);
  });

  it('states what can be entered instead of text that it does not recognize, and keeps the text', async () => {
    const answer = await submit('Ada "Moss" <x>');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    const page = await answer.text();
    expect(page).toContain(`<p role="alert">This can’t be searched for. ${WHAT_TO_ENTER}</p>`);
    expect(page).toContain('value="Ada &quot;Moss&quot; &lt;x&gt;"');
    for (const entered of ['', 'x'.repeat(301)]) {
      const invalid = await submit(entered);
      expect([invalid.status, await invalid.text()]).toEqual([
        400,
        expect.stringContaining(`<p role="alert">${WHAT_TO_ENTER}</p>`),
      ]);
    }
  });

  it('says that a payment is not the shop’s', async () => {
    const answer = await submit('pi_unknown');
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining('The shop has no payment, refund, or chargeback with this ID.'),
    ]);
  });
});

it('keeps an email address out of logs and metrics', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const settings = { ...shop.services.settings, API_PORT: 0 };
  const api = await startApi({ ...shop.services, log, settings });
  const address = 'ada.secret@example.test';
  try {
    for (const entered of [address, `${address} and more`, `${address}${'x'.repeat(300)}`])
      await fetch(`${api.url}/api/support/find`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ for: entered }),
      });
  } finally {
    await api.stop();
  }
  const requests = lines.filter((line) => line.includes('/api/support/find'));
  expect(requests).toHaveLength(3);
  for (const text of [...lines, await register.metrics()]) expect(text).not.toContain('ada.secret');
});

describe('the API', () => {
  it('accepts JSON, and responds with problems as JSON', async () => {
    expect(await queryOf(await post({ for: '482-913-077' }))).toBe('OrderNumber = "482-913-077"');
    const refused = await post({ for: 'Ada Moss' });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(await refused.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining(WHAT_TO_ENTER),
    });
  });

  it('accepts no larger form than the field allows', async () => {
    const answer = await send({ method: 'POST', body: new URLSearchParams({ for: 'x'.repeat(20_000) }) });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ detail: 'The request body is too large.' }),
    ]);
  });
});
