import { defineEntity, p } from '@mikro-orm/core';
import type { Address } from '../../../domain/address.ts';
import type { Fulfillment, OrderStatus } from '../../../domain/order-state.ts';

/** Allowed transitions, checked by a trigger; `writeOrderSteps` keeps them equal to `domain/order-state`. */
export const OrderStep = defineEntity({
  name: 'OrderStep',
  tableName: 'order_steps',
  properties: {
    fromStatus: p.string().length(50).$type<OrderStatus>().primary(),
    toStatus: p.string().length(50).$type<OrderStatus>().primary(),
  },
});

export const Order = defineEntity({
  name: 'Order',
  tableName: 'orders',
  properties: {
    id: p.uuid().primary(),
    /** For people: 482-913-077. Assigned by PostgreSQL. */
    number: p.string().length(11).unique().defaultRaw('next_order_number()'),
    reservationId: p.uuid().unique(),
    userId: p.uuid().nullable(),
    /** Identity of the shopper, in the format of `domain/identity`. */
    owner: p.text(),
    status: p.string().length(50).$type<OrderStatus>().default('pending'),
    fulfillment: p.text().$type<Fulfillment>().default('unfulfilled'),
    reviewReason: p.string().length(500).nullable(),
    /** Amounts are exact decimal text; `domain/money` converts them to minor units. */
    totalAmount: p.decimal('string').precision(16).scale(3),
    capturedAmount: p.decimal('string').precision(16).scale(3).default('0'),
    refundedAmount: p.decimal('string').precision(16).scale(3).default('0'),
    currency: p.character().length(3),
    email: p.string().length(255).nullable(),
    shippingAddress: p.json().$type<Address>(),
    paymentIntentId: p.string().length(255).unique().nullable(),
    paymentClientSecret: p.string().length(255).nullable(),
    lastPaymentError: p.text().nullable(),
    /** When the last parcel shipped and was delivered. */
    shippedAt: p.datetime().nullable(),
    deliveredAt: p.datetime().nullable(),
    /** When an unpaid order is closed. */
    expiresAt: p.datetime(),
    paidAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

export const OrderItem = defineEntity({
  name: 'OrderItem',
  tableName: 'order_items',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    orderId: p.uuid(),
    productId: p.uuid(),
    quantity: p.integer(),
    /** Unit price, as exact decimal text. */
    price: p.decimal('string').precision(12).scale(3),
    sku: p.string().length(64),
    name: p.string().length(255),
    imageUrl: p.string().length(500),
  },
});

/** A parcel of an order. */
export const Shipment = defineEntity({
  name: 'Shipment',
  tableName: 'shipments',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid(),
    carrier: p.string().length(100),
    trackingNumber: p.string().length(100),
    shippedAt: p.datetime().defaultRaw('now()'),
    deliveredAt: p.datetime().nullable(),
  },
});

export const ShipmentItem = defineEntity({
  name: 'ShipmentItem',
  tableName: 'shipment_items',
  properties: {
    shipmentId: p.uuid().primary(),
    productId: p.uuid().primary(),
    quantity: p.integer(),
  },
});

/** The order's history. Append-only. */
export const OrderEvent = defineEntity({
  name: 'OrderEvent',
  tableName: 'order_events',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    orderId: p.uuid(),
    /** Any text, since processes of different versions know different types. */
    type: p.text(),
    message: p.text(),
    data: p.json().$type<Record<string, unknown>>().defaultRaw("'{}'"),
    /** Who acted, in the format of `domain/identity`. */
    actor: p.text().default('system'),
    reason: p.string().length(500).nullable(),
    dedupeKey: p.text().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** Earlier shipping and email addresses of orders. Personal data, so rows may be deleted. */
export const OrderContactChange = defineEntity({
  name: 'OrderContactChange',
  tableName: 'order_contact_changes',
  properties: {
    orderId: p.uuid().primary(),
    kind: p.text().$type<'address' | 'email'>().primary(),
    requestId: p.string().length(255).primary(),
    previous: p.json().$type<Address | { email: string | null }>(),
    /** The value that replaced it. */
    requested: p.json().$type<Address | { email: string | null }>(),
    /** Who changed it, in the format of `domain/identity`. */
    actor: p.text(),
    changedAt: p.datetime().defaultRaw('now()'),
  },
});

/** Keys of links to an order that were issued before `revokedAt` no longer open it. */
export const OrderLinkRevocation = defineEntity({
  name: 'OrderLinkRevocation',
  tableName: 'order_link_revocations',
  properties: {
    orderId: p.uuid().primary(),
    revokedAt: p.datetime(),
  },
});
