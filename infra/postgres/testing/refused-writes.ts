/** For every constraint of the schema, writes to the fixture that it must refuse. Primary keys are tested the same way for all tables. */
import { FIXTURE as F } from './fixture.ts';

const order = (set: string) => `update orders set ${set} where id = '${F.order}'`;
const product = (set: string) => `update products set ${set} where id = '${F.product}'`;
const payment = (set: string) => `update payments set ${set} where id = '${F.intent}'`;
const refund = (set: string) => `update refunds set ${set} where id = '${F.refund}'`;
const serving = (set: string) => `update recommendation_serving set ${set}`;

/** An order of the open reservation, with some of its values replaced. */
function newOrder(values: Partial<Record<'id' | 'reservation_id' | 'user_id' | 'payment_intent_id', string>>): string {
  const { id = F.none, reservation_id = F.reservation, user_id, payment_intent_id } = values;
  const quoted = (value: string | undefined) => (value === undefined ? 'null' : `'${value}'`);
  return `insert into orders (id, reservation_id, user_id, owner, total_amount, currency, shipping_address, payment_intent_id, expires_at)
    values ('${id}', '${reservation_id}', ${quoted(user_id)}, 'x', 1, 'usd', '{}', ${quoted(payment_intent_id)}, now())`;
}

/** A row with a valid quantity, price, and texts. */
const orderItem = (orderId: string, productId: string, quantity = 1) =>
  `insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
   values ('${orderId}', '${productId}', ${quantity}, 1, 'S', 'N', '')`;
const shipment = (orderId: string) =>
  `insert into shipments (id, order_id, carrier, tracking_number) values ('${F.none}', '${orderId}', 'UPS', '1Z2')`;
const shipmentItem = (shipmentId: string, productId: string, quantity = 1) =>
  `insert into shipment_items (shipment_id, product_id, quantity) values ('${shipmentId}', '${productId}', ${quantity})`;
const reservationItem = (reservationId: string, productId: string, quantity = 1) =>
  `insert into reservation_items (reservation_id, product_id, quantity, unit_price) values ('${reservationId}', '${productId}', ${quantity}, 1)`;
const refundItem = (refundId: string, productId: string, quantity = 1) =>
  `insert into refund_items (refund_id, product_id, quantity) values ('${refundId}', '${productId}', ${quantity})`;
const newRefund = (orderId: string, requestId: string) =>
  `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by)
   values ('${F.none}', '${orderId}', '${requestId}', 1, 'usd', 'r', 'system')`;

/** SQL for a text of the given length. */
const long = (length: number) => `repeat('x', ${length})`;

/** By constraint or unique index, which must refuse each of the writes. */
export const REFUSED_WRITES: Readonly<Record<string, readonly string[]>> = {
  users_email_key: [`insert into users (email, password_hash) select email, '' from users where id = '${F.user}'`],
  users_email_check: [`update users set email = 'Ada@example.test' where id = '${F.user}'`],
  users_role_check: [`update users set role = 'owner' where id = '${F.user}'`],
  account_tokens_user_id_fkey: [accountToken({ user_id: F.none })],
  account_tokens_token_hash_check: [accountToken({ token_hash: 'A'.repeat(64) }), accountToken({ token_hash: 'ab' })],
  account_tokens_purpose_check: [accountToken({ purpose: 'sign_in' })],
  account_tokens_email_check: [accountToken({ email: 'Ada@example.test' })],

  categories_slug_key: [`insert into categories (slug, name) values ('fixture-${F.category}', 'Again')`],
  products_sku_key: [
    `insert into products (sku, name, price, currency) values ('FIX-${F.product}', 'Again', 1, 'usd')`,
  ],
  products_name_check: [product(`name = ''`)],
  products_description_check: [product(`description = ${long(5001)}`)],
  products_price_check: [product('price = 0'), product('price = -0.01'), product('price = 1000000')],
  products_currency_check: [product(`currency = 'USD'`), product(`currency = 'u1d'`), product(`currency = 'us'`)],
  products_reserved_within_stock: [
    product('reserved_quantity = 11'),
    product('reserved_quantity = -1'),
    product('stock_quantity = 1'),
    product('stock_quantity = -1, reserved_quantity = 0'),
  ],
  products_category_id_fkey: [
    product(`category_id = '${F.none}'`),
    `delete from categories where id = '${F.category}'`,
  ],
  products_family_id_fkey: [
    product(`family_id = '${F.none}'`),
    `delete from product_families where id = '${F.family}'`,
  ],
  stock_changes_product_id_fkey: [
    `insert into stock_changes (product_id, reference, delta) values ('${F.none}', 'x', 1)`,
  ],

  reservations_status_check: [`update reservations set status = 'sold' where id = '${F.reservation}'`],
  idx_reservations_reserved_owner: [
    `insert into reservations (id, owner, status, currency, expires_at) values ('${F.none}', '${F.owner}', 'reserved', 'usd', now())`,
    `update reservations set status = 'reserved' where id = '${F.soldReservation}'`,
  ],
  reservation_items_reservation_id_fkey: [reservationItem(F.none, F.product)],
  reservation_items_product_id_fkey: [reservationItem(F.reservation, F.none)],
  reservation_items_quantity_check: [
    reservationItem(F.soldReservation, F.product, 0),
    reservationItem(F.soldReservation, F.product, -1),
  ],

  carts_user_id_key: [`insert into carts (user_id) values ('${F.user}')`],
  carts_user_id_fkey: [`insert into carts (user_id) values ('${F.none}')`],
  cart_items_cart_id_fkey: [
    `insert into cart_items (cart_id, product_id, quantity) values ('${F.none}', '${F.product}', 1)`,
  ],
  cart_items_product_id_fkey: [
    `insert into cart_items (cart_id, product_id, quantity) values ('${F.cart}', '${F.none}', 1)`,
  ],
  cart_items_quantity_check: ['update cart_items set quantity = 0', 'update cart_items set quantity = 101'].map(
    (update) => `${update} where cart_id = '${F.cart}'`,
  ),

  orders_number_key: [
    newOrder({})
      .replace('insert into orders (', 'insert into orders (number, ')
      .replace('values (', `values ((select number from orders where id = '${F.order}'), `),
  ],
  orders_number_check: ['482913077', '482-913-07', '482-913-o77', '082-913-077', ' 482-913-07'].map((number) =>
    order(`number = '${number}'`),
  ),
  orders_reservation_id_key: [newOrder({ reservation_id: F.soldReservation })],
  orders_payment_intent_id_key: [newOrder({ payment_intent_id: F.intent })],
  orders_reservation_id_fkey: [
    newOrder({ reservation_id: F.none }),
    `delete from reservations where id = '${F.soldReservation}'`,
  ],
  orders_user_id_fkey: [newOrder({ user_id: F.none })],
  orders_status_check: [
    `insert into order_steps values ('paid', 'lost'); ${order(`status = 'lost'`)}`,
    newOrder({})
      .replace('insert into orders (', 'insert into orders (status, ')
      .replace('values (', `values ('lost', `),
  ],
  orders_fulfillment_check: [order(`fulfillment = 'lost'`)],
  orders_total_amount_check: [order('total_amount = 0'), order('total_amount = -1')],
  orders_captured_amount_check: [order('captured_amount = -1, refunded_amount = -2'), order('captured_amount = -0.01')],
  orders_refunded_within_captured: [order('refunded_amount = 25.01'), order('refunded_amount = -0.01')],
  orders_canceled_never_shipped: [
    order(`status = 'canceled', fulfillment = 'shipped', shipped_at = now()`),
    `${order(`status = 'canceled'`)}; ${order(`fulfillment = 'shipped', shipped_at = now()`)}`,
  ],
  orders_shipped_has_time: [
    order(`fulfillment = 'delivered'`),
    order('shipped_at = now()'),
    order(`fulfillment = 'under_review', shipped_at = now()`),
  ],
  order_items_order_id_fkey: [orderItem(F.none, F.product)],
  order_items_product_id_fkey: [orderItem(F.order, F.none)],
  order_items_quantity_check: [orderItem(F.order, F.product, 0), orderItem(F.order, F.product, -1)],
  shipments_order_id_fkey: [shipment(F.none)],
  shipments_shipped_before_delivered: [
    `update shipments set delivered_at = shipped_at - interval '1 second' where id = '${F.shipment}'`,
  ],
  shipment_items_shipment_id_fkey: [shipmentItem(F.none, F.otherProduct)],
  shipment_items_product_id_fkey: [shipmentItem(F.shipment, F.none)],
  shipment_items_quantity_check: [shipmentItem(F.shipment, F.otherProduct, 0)],
  order_events_order_id_fkey: [`insert into order_events (order_id, type, message) values ('${F.none}', 't', 'm')`],
  order_events_order_id_dedupe_key_key: [
    `insert into order_events (order_id, type, message, dedupe_key) values ('${F.order}', 'other', 'm', 'paid')`,
  ],

  order_link_revocations_order_id_fkey: [
    `insert into order_link_revocations (order_id, revoked_at) values ('${F.none}', now())`,
  ],
  order_contact_changes_order_id_fkey: [contactChange({ order_id: F.none })],
  order_contact_changes_kind_check: [contactChange({ kind: 'phone' })],

  payments_order_id_fkey: [payment(`order_id = '${F.none}'`)],
  payments_status_check: [payment(`status = 'maybe', unmatched_reason = null, refund_status = null`)],
  payments_received_amount_check: [
    payment(`received_amount = -1, status = 'open', unmatched_reason = null, refund_status = null`),
  ],
  payments_unmatched_reason_check: [payment(`unmatched_reason = 'unlucky'`)],
  payments_refund_status_check: [payment(`refund_status = 'rejected'`)],
  payments_stripe_refund_id_key: [
    `insert into payments (id, order_id, status, currency, stripe_refund_id) values ('pi_again', '${F.order}', 'open', 'usd', 're_${F.intent}')`,
  ],
  payments_refund_attempt_check: [payment('refund_attempt = 0')],
  payments_received_when_succeeded: [payment('received_amount = 0')],
  payments_unmatched_succeeded: ['open', 'in_flight', 'canceled'].map((status) => payment(`status = '${status}'`)),
  payments_refund_only_unmatched: [payment('unmatched_reason = null')],
  payment_failures_payment_id_fkey: [
    `insert into payment_failures (attempt_id, payment_id, code, message) values ('ch_x', 'pi_none', 'c', 'm')`,
    `delete from payments where id = '${F.intent}'`,
  ],

  refunds_order_id_fkey: [newRefund(F.none, 'third')],
  refunds_order_id_request_id_key: [newRefund(F.order, 'first')],
  refunds_kind_check: [refund(`kind = 'gift'`)],
  refunds_amount_check: [refund('amount = 0'), refund('amount = -1')],
  refunds_status_check: [refund(`status = 'lost'`)],
  refunds_attempt_check: [refund('attempt = 0')],
  refunds_stripe_refund_id_key: [
    `update refunds set stripe_refund_id = 're_${F.refund}' where id = '${F.otherRefund}'`,
  ],
  refunds_replaced_by_fkey: [
    refund(`status = 'rejected', replaced_by = '${F.none}'`),
    `${refund(`status = 'rejected', replaced_by = '${F.otherRefund}'`)}; delete from refunds where id = '${F.otherRefund}'`,
  ],
  refunds_given_up_failed: [
    'awaiting_return',
    'awaiting_approval',
    'pending',
    'succeeded',
    'rejected',
    'withdrawn',
  ].map((status) => refund(`given_up_at = now(), status = '${status}'`)),
  refunds_replaced_rejected: [
    'awaiting_return',
    'awaiting_approval',
    'pending',
    'succeeded',
    'failed',
    'withdrawn',
  ].map((status) => refund(`replaced_by = '${F.otherRefund}', status = '${status}'`)),
  refund_items_refund_id_fkey: [refundItem(F.none, F.product), `delete from refunds where id = '${F.refund}'`],
  refund_items_product_id_fkey: [refundItem(F.otherRefund, F.none)],
  refund_items_quantity_check: [refundItem(F.otherRefund, F.product, 0), refundItem(F.otherRefund, F.product, -1)],
  disputes_submission_count_check: [`update disputes set submission_count = -1 where id = '${F.dispute}'`],
  disputes_order_id_fkey: [`update disputes set order_id = '${F.none}' where id = '${F.dispute}'`],
  disputes_amount_check: [0, -1].map((amount) => `update disputes set amount = ${amount} where id = '${F.dispute}'`),

  recommendation_models_served_before_fkey: [
    `update recommendation_models set served_before = 'none' where id = '${F.model}'`,
  ],
  recommendation_serving_one_check: [`insert into recommendation_serving (one, model_id) values (false, '${F.model}')`],
  recommendation_serving_model_id_fkey: [
    serving(`model_id = 'none'`),
    `delete from recommendation_models where id = '${F.model}'`,
  ],
  shopper_choices_who_check: [
    'guest',
    'user:',
    'user:ABCDEFGH-0000-0000-0000-000000000000',
    `visitor:${'0'.repeat(31)}`,
    ` user:${F.user}`,
    `user:${F.user}0`,
  ].map((who) => `insert into shopper_choices (who) values ('${who}')`),
};

/** A link in an email about the fixture's account, with some of its values replaced. */
function accountToken(values: Partial<Record<'token_hash' | 'user_id' | 'purpose' | 'email', string>>): string {
  const { token_hash, user_id, purpose, email } = {
    token_hash: 'b'.repeat(64),
    user_id: F.user,
    purpose: 'verify_email',
    email: 'fixture@example.test',
    ...values,
  };
  return `insert into account_tokens (token_hash, user_id, purpose, email, expires_at)
    values ('${token_hash}', '${user_id}', '${purpose}', '${email}', now())`;
}

/** A further change of the fixture's order; by default, the one that the fixture has. */
function contactChange(change: Partial<Record<'order_id' | 'kind', string>>): string {
  const { order_id, kind } = { order_id: F.order, kind: 'email', ...change };
  return `insert into order_contact_changes (order_id, kind, request_id, previous, requested, actor)
    values ('${order_id}', '${kind}', 'r1', '{}', '{}', 'ui:Anna')`;
}

/** Nullable columns; all others must be "not null". */
export const NULLABLE: Readonly<Record<string, readonly string[]>> = {
  users: ['email_verified_at', 'full_name'],
  account_tokens: ['used_at'],
  products: ['category_id', 'deleted_at', 'family_id', 'request_hash'],
  stock_changes: ['request_hash'],
  reservations: ['address_hash', 'cart_id', 'extended_at', 'extension_request'],
  cart_items: ['price_when_added'],
  carts: ['user_id'],
  orders: [
    'delivered_at',
    'email',
    'last_payment_error',
    'paid_at',
    'payment_client_secret',
    'payment_intent_id',
    'review_reason',
    'shipped_at',
    'user_id',
  ],
  shipments: ['delivered_at'],
  order_events: ['dedupe_key', 'reason'],
  payments: ['refund_failure', 'refund_status', 'stripe_refund_id', 'unmatched_reason'],
  refunds: [
    'decided_at',
    'decided_by',
    'decision_reason',
    'failure_reason',
    'given_up_at',
    'replaced_by',
    'stripe_refund_id',
  ],
  refund_items: ['restocked_at'],
  disputes: ['evidence_due_by', 'reminded_at'],
  stripe_events: ['handled_at', 'order_id'],
  outbox: ['last_error'],
  recommendation_models: ['published_at', 'served_before'],
  shopper_choices: ['forgotten_at'],
};
