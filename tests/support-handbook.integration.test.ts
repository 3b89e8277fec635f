/** Runs the terminal commands of docs/support as written, with the addresses, accounts, and IDs replaced. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccounts } from '../local/demo-catalog/demo-accounts.ts';
import { PASSWORD, signedIn } from './support/accounts.ts';
import { HANDBOOK } from './support/handbook.ts';
import { orderOf, refundedAtStripe, type Sale, sell, untilRefundedAtStripe } from './support/sales.ts';
import { type AnyBody, startTestShop, type TestShop } from './support/shop.ts';

const commands = new Map(
  [...HANDBOOK.matchAll(/^```sh (.+)\n([\s\S]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]),
);

type Staff = Awaited<ReturnType<typeof signedIn>>;

let shop: TestShop;
let support: Staff;
let lead: Staff;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  support = await signedIn(shop, 'support');
  lead = await signedIn(shop, 'support_lead');
});
afterAll(() => shop?.stop());

/** Runs commands of the handbook in one terminal. @returns the response of the last one */
async function run(names: readonly string[], ids: { order?: string; refund?: string }): Promise<AnyBody> {
  let script = names.map((name) => commands.get(name)!).join('\n');
  for (const [name, { email }] of [
    ['support', support],
    ['support_lead', lead],
  ] as const) {
    script = script.replace(demoAccounts[name].email, email).replace(demoAccounts[name].password, PASSWORD);
  }
  script = script
    .replaceAll('http://127.0.0.1:3001', shop.api.url)
    .replaceAll('ORDER_ID', ids.order ?? '')
    .replaceAll('REFUND_ID', ids.refund ?? '');
  const { stdout } = await promisify(execFile)('bash', ['-euc', script]);
  return JSON.parse(stdout);
}

/** A sale above the limit of support. */
const sellBig = (): Promise<Sale> => sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });

it('knows every command of the handbook', () => {
  expect([...commands.keys()].sort()).toEqual([
    'approve',
    'cancel',
    'list',
    'refund',
    'reject',
    'sign-in',
    'sign-in-lead',
  ]);
});

describe('the commands of the handbook', () => {
  it('request a refund above the limit, list it, and approve it', async () => {
    const sale = await sellBig();
    const { refund } = await run(['sign-in', 'refund'], { order: sale.orderId });
    expect(refund).toMatchObject({
      amount: 150,
      status: 'awaiting_approval',
      requested_by: `support:${support.session.user.id}`,
    });
    expect((await run(['sign-in', 'refund'], { order: sale.orderId })).refund.id).toBe(refund.id);
    const { items } = await run(['sign-in-lead', 'list'], {});
    expect(items.map(({ id }: { id: string }) => id)).toContain(refund.id);
    const approved = await run(['sign-in-lead', 'approve'], { refund: refund.id });
    expect(approved.refund.id).toBe(refund.id);
    await untilRefundedAtStripe(shop, sale.intentId, 15_000);
  });

  it('request a cancellation above the limit, and reject it', async () => {
    const sale = await sellBig();
    const canceled = await run(['sign-in', 'cancel'], { order: sale.orderId });
    expect(canceled).toMatchObject({ status: 'under_review', cancellation_waits: true });
    const [waiting] = (await support.call('GET', `/orders/${sale.orderId}/refunds`)).body.items;
    const rejected = await run(['sign-in-lead', 'reject'], { refund: waiting.id });
    expect(rejected.refund).toMatchObject({ id: waiting.id, status: 'rejected' });
    expect((await orderOf(sale)).status).toBe('paid');
    expect(await refundedAtStripe(shop, sale.intentId)).toBe(0);
  });
});
