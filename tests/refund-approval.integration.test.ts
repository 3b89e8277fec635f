/** A refund above the requester's limit needs a second person's approval: never the requester's, with any session, role, or channel. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../domain/roles.ts';
import { PASSWORD, signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { refundedAtStripe, type Sale, sell, untilRefundedAtStripe } from './support/sales.ts';
import { Shopper, startTestShop, type TestShop } from './support/shop.ts';

type Person = Awaited<ReturnType<typeof signedIn>>;

let shop: TestShop;
let desk: Desk;
let lead: Person;
beforeAll(async () => {
  // Every limit is below the amounts that the tests refund.
  shop = await startTestShop({
    RATE_LIMIT_ENABLED: false,
    REFUND_LIMIT_CUSTOMER_CENTS: 1_000,
    REFUND_LIMIT_SUPPORT_CENTS: 1_000,
    REFUND_LIMIT_LEAD_CENTS: 1_000,
  });
  desk = new Desk(shop.services);
  lead = await signedIn(shop, 'support_lead');
});
afterAll(() => shop?.stop());

const YES = { reason: 'Photo seen' };
const CENTS = 2_500;

async function requestedBy(person: Shopper, sale: Sale): Promise<string> {
  const answer = await person.call('POST', `/orders/${sale.orderId}/refunds`, { all: true, reason: 'Scratched' });
  expect([answer.status, answer.body.refund?.status]).toEqual([202, 'awaiting_approval']);
  return answer.body.refund.id;
}

const statusOf = async (refundId: string) =>
  (await shop.services.db.row<{ status: string }>('select status from refunds where id = $1', [refundId]))!.status;

async function expectRefused(person: Shopper, refundId: string, sale: Sale): Promise<void> {
  for (const decision of ['approve', 'reject']) {
    const answer = await person.call('POST', `/refunds/${refundId}/${decision}`, YES);
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect(answer.body.detail).toContain('a different support lead must decide');
  }
  expect(await statusOf(refundId)).toBe('awaiting_approval');
  expect(await refundedAtStripe(shop, sale.intentId)).toBe(0);
}

async function expectApproved(person: Shopper, refundId: string, sale: Sale): Promise<void> {
  expect((await person.call('POST', `/refunds/${refundId}/approve`, YES)).status).toBe(200);
  await untilRefundedAtStripe(shop, sale.intentId, CENTS);
}

/** Signs in again: another session, with the account's current role. */
async function signInAgain({ email }: Person): Promise<Shopper> {
  const person = new Shopper(shop.api.url);
  person.token = (await person.call('POST', '/auth/login', { email, password: PASSWORD })).body.access_token;
  return person;
}

const promote = ({ session }: Person, role: Role) =>
  shop.services.db.run('update users set role = $2 where id = $1', [session.user.id, role]);

describe('the requester of a refund', () => {
  it.each(['support_lead', 'admin'] as const)(
    'as %s can’t approve it, with the same token or a new one',
    async (role) => {
      const sale = await sell(shop);
      const person = await signedIn(shop, role);
      const refundId = await requestedBy(person, sale);
      await expectRefused(person, refundId, sale);
      await expectRefused(await signInAgain(person), refundId, sale);
      await expectApproved(lead, refundId, sale);
    },
  );

  it('as support can’t approve it after becoming a lead, nor a lead after becoming an administrator', async () => {
    for (const [before, after] of [
      ['support', 'support_lead'],
      ['support_lead', 'admin'],
    ] as const) {
      const sale = await sell(shop);
      const person = await signedIn(shop, before);
      const refundId = await requestedBy(person, sale);
      await promote(person, after);
      await expectRefused(await signInAgain(person), refundId, sale);
      await expectApproved(lead, refundId, sale);
    }
  });

  it('as the shopper can’t approve it after becoming a lead', async () => {
    const person = await signedIn(shop);
    const sale = await sell(shop, { buyer: person });
    const refundId = await requestedBy(person, sale);
    await promote(person, 'support_lead');
    await expectRefused(await signInAgain(person), refundId, sale);
    await expectApproved(lead, refundId, sale);
  });

  it('can’t hide behind a name in the Temporal UI: without a sign-in, nothing is requested', async () => {
    const sale = await sell(shop);
    const person = await signedIn(shop, 'support_lead');
    for (const requestedBy of [person.email, person.session.user.id, `support_lead:${person.session.user.id}`]) {
      for (const [update, request] of [
        ['refund', { requestedBy, all: true }],
        ['cancel', { requestedBy }],
      ] as const) {
        const refused = (await desk.order(sale.orderId, update, request)).refused;
        expect(refused).toContain('the shop must know who requests them');
      }
    }
    expect((await person.call('GET', `/orders/${sale.orderId}/refunds`)).body.items).toEqual([]);
    expect((await desk.events(sale.orderId)).map(({ type }) => type)).toEqual(['order_opened', 'order_paid']);
  });
});

describe('another person', () => {
  it('who is no longer a lead can’t approve it after signing in again', async () => {
    const sale = await sell(shop);
    const refundId = await requestedBy(sale.buyer, sale);
    const person = await signedIn(shop, 'support_lead');
    await promote(person, 'support');
    const again = await signInAgain(person);
    expect((await again.call('POST', `/refunds/${refundId}/approve`, YES)).status).toBe(403);
    expect(await statusOf(refundId)).toBe('awaiting_approval');
  });

  it('who rejects it frees the amount for another refund, and nothing is refunded', async () => {
    const sale = await sell(shop);
    const refundId = await requestedBy(sale.buyer, sale);
    const list = async () => (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body;
    expect((await list()).refundable_amount).toBe(0);
    expect((await lead.call('POST', `/refunds/${refundId}/reject`, YES)).body.refund.status).toBe('rejected');
    expect((await list()).refundable_amount).toBe(25);
    expect(await refundedAtStripe(shop, sale.intentId)).toBe(0);
  });
});
