/** One valid row in every table, inside a transaction that is never committed, for tests of the schema. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** IDs of the fixture's rows; `none` belongs to no row. */
export const FIXTURE = {
  user: randomUUID(),
  category: randomUUID(),
  family: randomUUID(),
  product: randomUUID(),
  otherProduct: randomUUID(),
  /** Reserved, without an order. */
  reservation: randomUUID(),
  /** Committed, with the order. */
  soldReservation: randomUUID(),
  cart: randomUUID(),
  /** Paid, not shipped: two units of the product for 25.00. */
  order: randomUUID(),
  /** One of the order's units. */
  shipment: randomUUID(),
  refund: randomUUID(),
  otherRefund: randomUUID(),
  intent: `pi_fixture_${randomUUID()}`,
  dispute: `dp_fixture_${randomUUID()}`,
  model: `m-${randomUUID()}`,
  owner: `cart:${randomUUID()}`,
  none: randomUUID(),
} as const;

const F = FIXTURE;

const ROWS = `
insert into users (id, email, password_hash, full_name) values ('${F.user}', 'fixture-${F.user}@example.test', '', 'Ada Fixture');
insert into account_tokens (token_hash, user_id, purpose, email, expires_at)
  values (repeat('a', 64), '${F.user}', 'reset_password', 'fixture@example.test', now());
insert into categories (id, slug, name) values ('${F.category}', 'fixture-${F.category}', 'Fixtures');
insert into product_families (id, name) values ('${F.family}', 'Fixtures');
insert into products (id, sku, name, price, currency, stock_quantity, reserved_quantity, category_id, family_id) values
  ('${F.product}', 'FIX-${F.product}', 'Fixture', 12.5, 'usd', 10, 2, '${F.category}', '${F.family}'),
  ('${F.otherProduct}', 'FIX-${F.otherProduct}', 'Other fixture', 5, 'usd', 10, 0, null, null);
insert into stock_changes (product_id, reference, delta) values ('${F.product}', 'delivery-1', 5);
insert into reservations (id, owner, status, currency, expires_at) values
  ('${F.reservation}', '${F.owner}', 'reserved', 'usd', now() + interval '10 minutes'),
  ('${F.soldReservation}', '${F.owner}', 'committed', 'usd', now());
insert into reservation_items (reservation_id, product_id, quantity, unit_price) values ('${F.reservation}', '${F.product}', 2, 12.5);
insert into carts (id, user_id) values ('${F.cart}', '${F.user}');
insert into cart_items (cart_id, product_id, quantity) values ('${F.cart}', '${F.product}', 1);
insert into orders (id, reservation_id, user_id, owner, status, total_amount, captured_amount, currency, shipping_address, payment_intent_id,
  expires_at, paid_at)
  values ('${F.order}', '${F.soldReservation}', '${F.user}', 'user:${F.user}', 'paid', 25, 25, 'usd', '{}', '${F.intent}', now(), now());
insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
  values ('${F.order}', '${F.product}', 2, 12.5, 'FIX', 'Fixture', '');
insert into shipments (id, order_id, carrier, tracking_number) values ('${F.shipment}', '${F.order}', 'UPS', '1Z');
insert into shipment_items (shipment_id, product_id, quantity) values ('${F.shipment}', '${F.product}', 1);
insert into order_events (order_id, type, message, dedupe_key) values ('${F.order}', 'order_paid', 'Payment received.', 'paid');
insert into order_contact_changes (order_id, kind, request_id, previous, requested, actor)
  values ('${F.order}', 'email', 'r1', '{"email": null}', '{"email": "ada@example.test"}', 'ui:Anna');
insert into order_link_revocations (order_id, revoked_at) values ('${F.order}', now());
insert into payments (id, order_id, status, received_amount, currency, unmatched_reason, refund_status, stripe_refund_id)
  values ('${F.intent}', '${F.order}', 'succeeded', 25, 'usd', 'wrong_amount', 'pending', 're_${F.intent}');
insert into payment_failures (attempt_id, payment_id, code, message) values ('ch_${F.intent}', '${F.intent}', 'card_declined', 'Declined.');
insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status, stripe_refund_id) values
  ('${F.refund}', '${F.order}', 'first', 5, 'usd', 'fixture', 'system', 'pending', 're_${F.refund}'),
  ('${F.otherRefund}', '${F.order}', 'second', 5, 'usd', 'fixture', 'system', 'pending', null);
insert into refund_items (refund_id, product_id, quantity) values ('${F.refund}', '${F.product}', 1);
insert into disputes (id, order_id, amount, currency, reason, status) values ('${F.dispute}', '${F.order}', 5, 'usd', 'general', 'needs_response');
insert into stripe_events (id, type, object_id) values ('evt_${F.intent}', 'payment_intent.succeeded', '${F.intent}');
insert into outbox (topic, key) values ('fixture', '${F.order}');
insert into failing_workflows (run_id, workflow_id, workflow_type, failures, cause) values ('${F.none}', 'order-${F.order}', 'order', 2, 'test');
insert into recommendation_models (id, trained_until) values ('${F.model}', now());
insert into recommendation_parts (owner, name, part, bytes) values ('${F.model}', 'model', 0, '\\x00');
insert into recommendation_artifacts (owner, name, parts, byte_count, sha256) values ('${F.model}', 'model', 1, 1, repeat('0', 64));
insert into recommendation_serving (model_id) values ('${F.model}') on conflict (one) do update set model_id = excluded.model_id;
insert into shopper_choices (who) values ('user:${F.user}');`;

/** Connects, begins the transaction, and writes the rows. Closing the connection rolls everything back. */
export async function connectWithFixture(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('begin');
  await client.query(ROWS);
  return client;
}

/** PostgreSQL's error for a refused statement. */
export interface Refusal {
  /** SQLSTATE. */
  code: string;
  constraint?: string;
  column?: string;
  message: string;
}

/** Runs statements on the fixture and rolls them back. @returns why they were refused; undefined when they succeeded */
export async function refusalOf(client: pg.Client, statements: string): Promise<Refusal | undefined> {
  await client.query('savepoint attempt');
  try {
    await client.query(statements);
    return undefined;
  } catch (error) {
    return error as Refusal;
  } finally {
    await client.query('rollback to savepoint attempt');
  }
}

/** Runs statements on the fixture, returns the rows of the last one, and rolls them back. */
export async function outcomeOf<Row>(client: pg.Client, statements: string, read: string): Promise<Row[]> {
  await client.query('savepoint attempt');
  try {
    await client.query(statements);
    return (await client.query(read)).rows as Row[];
  } finally {
    await client.query('rollback to savepoint attempt');
  }
}
