/** Idempotency: repeating a write, also concurrently, gives the same response and changes nothing more. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from './support/accounts.ts';
import { documentedOperations } from './support/operations.ts';
import { sell } from './support/sales.ts';
import {
  ADDRESS,
  type Answer,
  type AnyBody,
  createProduct,
  Shopper,
  startTestShop,
  type TestShop,
} from './support/shop.ts';

interface Write {
  /** Sends the request. */
  send: (body: unknown) => Promise<Answer<AnyBody>>;
  body?: unknown;
  /** Other requests with the same key; none where the URL, or a field of the body, is the key. */
  others?: unknown[];
  /** The part of the response that is the same each time; default: all of it. */
  seen?: (body: AnyBody) => unknown;
  /** The stored state. */
  state: () => Promise<unknown>;
}

let shop: TestShop;
let admin: Awaited<ReturnType<typeof signedIn>>;
let lead: Awaited<ReturnType<typeof signedIn>>;
let categoryId: string;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  admin = await signedIn(shop, 'admin');
  lead = await signedIn(shop, 'support_lead');
  const slug = `idempotent-${randomUUID().slice(0, 8)}`;
  const category = await shop.services.db.row<{ id: string }>(
    'insert into categories (slug, name) values ($1, $1) returning id',
    [slug],
  );
  categoryId = category!.id;
});
afterAll(() => shop?.stop());

const rows = (statement: string, ...values: unknown[]) => shop.services.db.rows(statement, values);
const newKey = () => ({ 'idempotency-key': randomUUID() });
const newGuest = () => new Shopper(shop.api.url);
const newProduct = () => ({
  sku: `NEW-${randomUUID()}`,
  name: 'Kettle',
  price: 5,
  stock_quantity: 3,
  category_id: categoryId,
});

async function order(buyer: Shopper) {
  const { id: productId } = await createProduct(shop.services);
  const begun = await buyer.order(productId, 2);
  return { productId, begun, id: begun.order.id as string };
}

/** A refund that awaits a lead's approval. */
async function waitingRefund(): Promise<string> {
  const { buyer, orderId } = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
  return (await buyer.call('POST', `/orders/${orderId}/refunds`, { all: true, reason: 'Too large' })).body.refund.id;
}

const decided = (decision: 'approve' | 'reject') => async (): Promise<Write> => {
  const id = await waitingRefund();
  return {
    send: (body) => lead.call('POST', `/refunds/${id}/${decision}`, body),
    body: { reason: 'Photo seen' },
    seen: ({ refund }) => [refund.id, refund.decision_reason],
    state: () =>
      rows(
        `select r.decided_by, r.decided_at, r.decision_reason,
             (select count(*) from order_events where order_id = r.order_id and type in ('refund_approved', 'refund_rejected')) as events
           from refunds r where r.id = $1`,
        id,
      ),
  };
};

const WRITES: Readonly<Record<string, () => Promise<Write>>> = {
  'POST /api/products': async () => {
    const key = newKey();
    const body = newProduct();
    return {
      send: (sent) => admin.call('POST', '/products', sent, key),
      body,
      others: [newProduct(), { ...body, price: 6 }, { ...body, name: 'Pot' }, { ...body, tags: ['iron'] }],
      state: () => rows('select id, name, price, version, stock_quantity, tags from products where sku = $1', body.sku),
    };
  },
  'PATCH /api/products/{id}': async () => {
    const { id } = await createProduct(shop.services);
    const key = newKey();
    return {
      send: (body) => admin.call('PATCH', `/products/${id}`, body, key),
      body: { stock_delta: 4, name: 'Kettle' },
      others: [{ stock_delta: 5, name: 'Kettle' }, { stock_delta: 4 }, { stock_delta: 4, name: 'Pot' }],
      state: () => rows('select name, version, stock_quantity, stock_version from products where id = $1', id),
    };
  },
  'DELETE /api/products/{id}': async () => {
    const { id } = await createProduct(shop.services);
    return {
      send: () => admin.call('DELETE', `/products/${id}`),
      state: () => rows('select deleted_at, version, stock_quantity from products where id = $1', id),
    };
  },
  'POST /api/cart/items': async () => {
    const [{ id }, other] = [await createProduct(shop.services), await createProduct(shop.services)];
    const guest = newGuest();
    const key = { 'idempotency-key': randomUUID() };
    return {
      send: (body) => guest.call('POST', '/cart/items', body, key),
      body: { product_id: id, quantity: 3 },
      others: [
        { product_id: id, quantity: 2 },
        { product_id: other.id, quantity: 3 },
      ],
      state: () => rows('select product_id, quantity, added_at from cart_items where cart_id = $1', guest.cartId),
    };
  },
  'PUT /api/cart/items/{product_id}': async () => {
    const { id } = await createProduct(shop.services);
    const guest = newGuest();
    return {
      send: (body) => guest.call('PUT', `/cart/items/${id}`, body),
      body: { quantity: 3 },
      state: () => rows('select product_id, quantity, added_at from cart_items where cart_id = $1', guest.cartId),
    };
  },
  'DELETE /api/cart/items/{product_id}': async () => {
    const [{ id }, kept] = [await createProduct(shop.services), await createProduct(shop.services)];
    const guest = newGuest();
    for (const each of [id, kept.id]) await guest.call('PUT', `/cart/items/${each}`, { quantity: 3 });
    return {
      send: () => guest.call('DELETE', `/cart/items/${id}`),
      state: () => rows('select product_id, quantity from cart_items where cart_id = $1', guest.cartId),
    };
  },
  'POST /api/auth/refresh': async () => {
    const { session } = await signedIn(shop);
    const jtiOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    const { sessionId } = jtiOf(session.refresh_token);
    return {
      send: (body) => newGuest().call('POST', '/auth/refresh', body),
      body: { refresh_token: session.refresh_token },
      seen: ({ refresh_token }) => jtiOf(refresh_token).jti,
      state: async () => {
        const { lastUsedAt: _, ...session } = await shop.services.redis.hgetall(`session:${sessionId}`);
        return session;
      },
    };
  },
  'POST /api/auth/logout': async () => {
    const { session } = await signedIn(shop);
    return {
      send: (body) => newGuest().call('POST', '/auth/logout', body),
      body: { refresh_token: session.refresh_token },
      state: () => Promise.resolve('no more than an ended session'),
    };
  },
  'PATCH /api/me': async () => {
    const person = await signedIn(shop);
    return {
      send: (body) => person.call('PATCH', '/me', body),
      body: { full_name: 'Ada Lovelace' },
      state: () => rows('select full_name, role, email from users where id = $1', person.session.user.id),
    };
  },
  'DELETE /api/me/sessions': async () => {
    const person = await signedIn(shop);
    await newGuest().call('POST', '/auth/login', { email: person.email, password: PASSWORD });
    return {
      send: () => person.call('DELETE', '/me/sessions'),
      state: () => shop.services.redis.zrange(`sessions:of:${person.session.user.id}`, '0', '-1'),
    };
  },
  'POST /api/reservations': async () => {
    const [{ id }, other] = [await createProduct(shop.services), await createProduct(shop.services)];
    const guest = newGuest();
    const key = newKey();
    const items = (product_id: string, quantity: number) => ({ items: [{ product_id, quantity }] });
    return {
      send: (body) => guest.call('POST', '/reservations', body, key),
      body: items(id, 2),
      others: [
        items(id, 1),
        items(id, 3),
        items(other.id, 2),
        { items: [...items(id, 2).items, ...items(other.id, 1).items] },
      ],
      state: () =>
        rows(
          `select r.id, r.status, p.reserved_quantity from reservations r join reservation_items i on i.reservation_id = r.id
           join products p on p.id = i.product_id where r.owner = $1`,
          `cart:${guest.cartId}`,
        ),
    };
  },
  'DELETE /api/reservations/{id}': async () => {
    const { id: productId } = await createProduct(shop.services);
    const guest = newGuest();
    const { id } = (await guest.reserve([{ productId, quantity: 2 }])).body;
    return {
      send: () => guest.call('DELETE', `/reservations/${id}`),
      state: () =>
        rows(
          'select r.status, p.reserved_quantity, p.stock_quantity from reservations r, products p where r.id = $1 and p.id = $2',
          id,
          productId,
        ),
    };
  },
  'POST /api/checkouts': async () => {
    const { id: productId } = await createProduct(shop.services);
    const guest = newGuest();
    const { id } = (await guest.reserve([{ productId }])).body;
    return {
      send: (body) => guest.call('POST', '/checkouts', body),
      body: { reservation_id: id, shipping_address: ADDRESS, email: 'guest@example.test' },
      seen: ({ order: { id: orderId, email, total_amount }, payment }) => ({ orderId, email, total_amount, payment }),
      state: () => rows('select id, status, payment_intent_id, total_amount from orders where reservation_id = $1', id),
    };
  },
  'PATCH /api/orders/{id}': async () => {
    const guest = newGuest();
    const { id } = await order(guest);
    return {
      send: (body) => guest.call('PATCH', `/orders/${id}`, body),
      body: { email: 'new@example.test', shipping_address: { ...ADDRESS, street: '2 Main Street' } },
      seen: ({ id: orderId, email, shipping_address }) => [orderId, email, shipping_address],
      state: () =>
        rows(
          `select email, shipping_address,
             (select count(*) from order_contact_changes where order_id = orders.id) as changes
           from orders where id = $1`,
          id,
        ),
    };
  },
  'DELETE /api/orders/{id}/keys': async () => {
    const guest = newGuest();
    const { id } = await order(guest);
    return {
      send: () => guest.call('DELETE', `/orders/${id}/keys`),
      state: () => rows('select order_id from order_link_revocations where order_id = $1', id),
    };
  },
  'POST /api/orders/{id}/cancel': async () => {
    const guest = newGuest();
    const { id, productId } = await order(guest);
    return {
      send: (body) => guest.call('POST', `/orders/${id}/cancel`, body),
      body: { reason: 'Not needed' },
      seen: ({ id: orderId, status }) => [orderId, status],
      state: () =>
        rows(
          `select o.status, p.stock_quantity, p.reserved_quantity,
             (select count(*) from order_events where order_id = o.id and type = 'order_canceled') as events
           from orders o, products p where o.id = $1 and p.id = $2`,
          id,
          productId,
        ),
    };
  },
  'POST /api/orders/{id}/refunds': async () => {
    const guest = newGuest();
    const { id, begun, productId } = await order(guest);
    await guest.pay(begun);
    await guest.untilStatus(id, 'paid');
    const key = newKey();
    const body = { reason: 'Scratched', lines: [{ product_id: productId, quantity: 1 }] };
    return {
      send: (sent) => guest.call('POST', `/orders/${id}/refunds`, sent, key),
      body,
      others: [
        { ...body, reason: 'Too small' },
        { ...body, lines: [{ product_id: productId, quantity: 2 }] },
        { ...body, amount: 5 },
      ],
      seen: ({ refund }) => [refund.id, refund.amount, refund.lines],
      state: () => rows('select id, amount from refunds where order_id = $1', id),
    };
  },
  'POST /api/refunds/{id}/approve': decided('approve'),
  'POST /api/refunds/{id}/reject': decided('reject'),
  'POST /api/refunds/{id}/withdraw': async () => {
    const { buyer, orderId } = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
    const request = { all: true, reason: 'Too large' };
    const { id } = (await buyer.call('POST', `/orders/${orderId}/refunds`, request)).body.refund;
    return {
      send: (body) => buyer.call('POST', `/refunds/${id}/withdraw`, body),
      body: { reason: 'It fits' },
      seen: ({ refund }) => [refund.id, refund.decision_reason],
      state: () =>
        rows(
          `select r.decided_by, r.decided_at, r.decision_reason,
             (select count(*) from order_events where order_id = r.order_id and type = 'refund_withdrawn') as events
           from refunds r where r.id = $1`,
          id,
        ),
    };
  },
  'PUT /api/recommendations/choices': async () => {
    const person = await signedIn(shop);
    return {
      send: (body) => person.call('PUT', '/recommendations/choices', body),
      body: { personalized: false },
      state: () => rows('select personalized from shopper_choices where who = $1', `user:${person.session.user.id}`),
    };
  },
};

/** Writes that another test repeats, or that are not idempotent by design. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'POST /api/auth/register':
    'below: the email address is the key, and a second registration is rejected with email_taken',
  'POST /api/auth/login':
    'each sign-in starts a new session, and the cart is merged once: accounts.integration.test.ts',
  'PUT /api/auth/password': 'a link sets a password once: credentials.integration.test.ts',
  'POST /api/auth/password-resets': 'each sends another link, at most five an hour: credentials.integration.test.ts',
  'POST /api/auth/email-confirmations': 'a link confirms an address once: credentials.integration.test.ts',
  'PUT /api/me/password': 'requires the current password, which it replaces: credentials.integration.test.ts',
  'POST /api/me/email': 'each sends another link, at most five an hour: credentials.integration.test.ts',
  'POST /api/me/email-confirmation': 'each sends another link, at most five an hour: credentials.integration.test.ts',
  'DELETE /api/me/sessions/{id}': 'ends a session, which is not found afterwards: ended-sessions.integration.test.ts',
  'POST /api/me/closure': 'ends the session that it needs: credentials.integration.test.ts',
  'POST /api/orders/find': 'changes nothing',
  'POST /api/support/find': 'changes nothing',
  'POST /api/events': 'a repeated event is stored once: event-writer.integration.test.ts',
  'POST /api/webhooks/stripe': 'an event is handled once: webhooks.integration.test.ts',
  'DELETE /api/recommendations/history':
    'a repeated request deletes the history up to the new time: choices.integration.test.ts',
  'POST /api/admin/recommendations/retrain': 'one training runs at a time: retraining.integration.test.ts',
  'POST /api/admin/recommendations/rollback': 'a key rolls back once: retraining.integration.test.ts',
  'POST /api/codec/decode': 'changes nothing',
  'POST /api/codec/encode': 'changes nothing',
};

it('covers every write of the API', () => {
  const writes = documentedOperations.filter(({ method }) => method !== 'GET').map(({ name }) => name);
  expect([...Object.keys(WRITES), ...Object.keys(ELSEWHERE)].sort()).toEqual(writes.sort());
});

describe('sent five times at once, and again', () => {
  it.each(Object.entries(WRITES))('%s has one effect and one response', async (_, prepare) => {
    const { send, body, others = [], seen = (all) => all, state } = await prepare();
    const answerOf = async (sent: unknown) => {
      const answer = await send(sent);
      return { status: answer.status, seen: answer.status < 300 ? seen(answer.body) : answer.body };
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => answerOf(body)));
    expect(answers[0]!.status).toBeLessThan(300);
    expect(answers).toEqual(Array(5).fill(answers[0]));
    const after = await state();
    expect(await answerOf(body)).toEqual(answers[0]);
    for (const other of others) {
      const refused = await send(other);
      expect([other, refused.status, refused.body.code]).toEqual([other, 422, 'idempotency_key_reused']);
    }
    expect(await state()).toEqual(after);
  });
});

describe('an Idempotency-Key', () => {
  it('is specific to its sender: the same key of another person is a different request', async () => {
    const key = newKey();
    const [one, two] = [newProduct(), newProduct()];
    const other = await signedIn(shop, 'admin');
    const answers = [await admin.call('POST', '/products', one, key), await other.call('POST', '/products', two, key)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers.map(({ body }) => body.sku)).toEqual([one.sku, two.sku]);
    for (const { body } of answers) {
      const counted = await Promise.all(
        [admin, other].map((person) => person.call('PATCH', `/products/${body.id}`, { stock_delta: 2 }, key)),
      );
      expect(counted.map(({ status }) => status)).toEqual([200, 200]);
      expect((await admin.call('GET', `/products/${body.id}`)).body.stock_quantity).toBe(7);
    }
  });

  it('can be omitted, which makes every request a new one', async () => {
    const { id } = await createProduct(shop.services, { stock: 1 });
    for (let times = 0; times < 2; times++) await admin.call('PATCH', `/products/${id}`, { stock_delta: 2 });
    expect((await admin.call('GET', `/products/${id}`)).body.stock_quantity).toBe(5);
  });

  it('keeps later changes: a repeated delivery does not overwrite a newer name', async () => {
    const { id } = await createProduct(shop.services);
    const key = newKey();
    const delivery = { stock_delta: 1, name: 'Kettle' };
    await admin.call('PATCH', `/products/${id}`, delivery, key);
    await admin.call('PATCH', `/products/${id}`, { name: 'Copper kettle' });
    expect((await admin.call('PATCH', `/products/${id}`, delivery, key)).body.name).toBe('Copper kettle');
    const created = newKey();
    const product = newProduct();
    const made = (await admin.call('POST', '/products', product, created)).body;
    await admin.call('PATCH', `/products/${made.id}`, { price: 7 });
    const again = await admin.call('POST', '/products', product, created);
    expect([again.status, again.body.id, again.body.price]).toEqual([201, made.id, 7]);
  });
});

it('five registrations with one email address create one account', async () => {
  const email = `new-${randomUUID()}@example.test`;
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => newGuest().call('POST', '/auth/register', { email, password: PASSWORD })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  const codes = answers.filter(({ status }) => status === 409).map(({ body }) => body.code);
  expect(new Set(codes)).toEqual(new Set(['email_taken']));
});
