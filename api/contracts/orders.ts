import { z } from 'zod';
import { type Address, isInUS } from '../../domain/address.ts';
import { countryProblem } from '../../domain/countries.ts';
import { MAX_EMAIL_LENGTH } from '../../domain/email.ts';
import { readOrderNumber } from '../../domain/order-number.ts';
import { FULFILLMENTS, ORDER_STATUSES } from '../../domain/order-state.ts';
import { stateProblem } from '../../domain/us-states.ts';
import { amount, currency, cursor, email, emailAddress, limit, reason, text, timestamp, uuid } from './common.ts';

/** @param address whose other fields may be invalid */
function stateProblemOf(address: unknown): string | undefined {
  const { state, country } = (address ?? {}) as { state?: unknown; country?: unknown };
  return typeof state === 'string' && isInUS({ country }) ? stateProblem(state) : undefined;
}

export const shippingAddress = z
  .strictObject({
    name: text(255).optional(),
    street: text(255),
    street2: text(255, { min: 0 }).optional(),
    city: text(255),
    state: text(100, { min: 0 }).optional(),
    postal_code: z.string().regex(/^\d{5}(-\d{4})?$/, 'use a US postal code: 12345 or 12345-6789'),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, { error: ({ input }) => countryProblem(String(input)), abort: true })
      .refine((code) => countryProblem(code) === undefined, { error: ({ input }) => countryProblem(String(input)) })
      .toUpperCase(),
  })
  .overwrite((address) => (isInUS(address) ? { ...address, state: address.state?.toUpperCase() } : address))
  .refine((address) => stateProblemOf(address) === undefined, {
    path: ['state'],
    error: ({ input }) => stateProblemOf(input),
    // Reports it together with problems of the other fields.
    when: () => true,
  })
  .meta({ id: 'ShippingAddress' }) satisfies z.ZodType<Address>;

export const checkoutBody = z
  .strictObject({
    reservation_id: uuid,
    shipping_address: shippingAddress,
    email: email.optional().meta({ description: 'Recipient of emails about the order; required for guests' }),
  })
  .meta({ id: 'CheckoutRequest' });

/** Data that a browser needs to confirm the payment. */
export const payment = z
  .object({
    client_secret: z.string(),
    publishable_key: z.string(),
    api_url: z.string().nullable().meta({
      description:
        'URL of the local Stripe stand-in for browsers; null means that Stripe itself is used (load Stripe.js)',
    }),
  })
  .meta({ id: 'Payment' });
export type Payment = z.infer<typeof payment>;

export const orderEvent = z.object({
  at: timestamp,
  type: z.string().meta({ examples: ['order_opened', 'payment_failed', 'order_paid', 'refund_succeeded'] }),
  message: z.string(),
  actor: z.string().nullable().meta({ description: 'Who made the change; visible to staff only' }),
  reason: z.string().nullable().meta({ description: 'Reason for the change; visible to staff only' }),
});

/** One parcel of an order. */
export const shipment = z
  .object({
    carrier: z.string(),
    tracking_number: z.string(),
    shipped_at: timestamp,
    delivered_at: timestamp.nullable(),
    items: z.array(z.object({ product_id: uuid, quantity: z.number().int() })),
  })
  .meta({ id: 'Shipment' });

export const cancelBody = z.strictObject({ reason: reason.optional() }).meta({ id: 'CancelRequest' });

export const orderPatch = z
  .strictObject({ shipping_address: shippingAddress.optional(), email: email.optional() })
  .refine((change) => Object.keys(change).length > 0, { error: 'give shipping_address, email, or both' })
  .meta({ id: 'OrderPatch' });
export type OrderPatch = z.infer<typeof orderPatch>;

const number = z.string().meta({
  description: 'The order’s number for people, as printed on pages and in emails',
  examples: ['482-913-077'],
});

export const order = z
  .object({
    id: uuid,
    number,
    status: z.enum(ORDER_STATUSES),
    fulfillment: z.enum(FULFILLMENTS).meta({ description: 'Delivery state of a paid order' }),
    shipments: z
      .array(shipment)
      .meta({ description: 'The order’s parcels, oldest first; empty until one has shipped' }),
    returns_until: timestamp.nullable().meta({ description: 'When the return period ends; null before delivery' }),
    cancellation_waits: z.boolean().meta({
      description:
        'Whether a cancellation is waiting for approval by a support lead; the order does not ship meanwhile',
    }),
    review_reason: z.string().nullable().meta({ description: 'Why the order is under review; visible to staff only' }),
    user_id: uuid.nullable().meta({ description: 'The customer’s account; null for guests' }),
    items: z.array(
      z.object({
        product_id: uuid,
        sku: z.string(),
        name: z.string(),
        quantity: z.number().int(),
        price: amount,
        line_total: amount,
        image_url: z.string(),
      }),
    ),
    total_amount: amount,
    captured_amount: amount,
    refunded_amount: amount.meta({
      description:
        'Refunded at Stripe or charged back; refunds with `given_up` were paid another way and are not included',
    }),
    currency,
    email: z.string().nullable(),
    shipping_address: shippingAddress,
    last_payment_error: z
      .string()
      .nullable()
      .meta({ description: 'Why the last payment was declined, worded for the customer' }),
    expires_at: timestamp.meta({ description: 'When a pending order’s time to pay ends' }),
    paid_at: timestamp.nullable(),
    created_at: timestamp,
    updated_at: timestamp,
    events: z.array(orderEvent),
    payment: payment.nullable().meta({ description: 'Present only while the order is pending' }),
    workflow_url: z
      .string()
      .nullable()
      .meta({ description: 'The order’s workflow in the Temporal Web UI; visible to staff only' }),
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof order>;

export const checkout = z
  .object({ order, payment: payment.nullable(), expires_at: timestamp })
  .meta({ id: 'Checkout' });
export type Checkout = z.infer<typeof checkout>;

export const findOrderBody = z
  .strictObject({
    number: text(40).transform((value, context) => {
      const found = readOrderNumber(value);
      if (found) return found;
      context.addIssue({ code: 'custom', message: 'must be an order number, such as 482-913-077' });
      return z.NEVER;
    }),
    email: text(MAX_EMAIL_LENGTH).toLowerCase().pipe(emailAddress),
  })
  .meta({ id: 'FindOrderRequest' });
export type FindOrderBody = z.infer<typeof findOrderBody>;
export const foundOrder = z
  .object({
    id: uuid,
    key: z.string().meta({ description: 'Send it as X-Order-Key to view the order, for a day' }),
  })
  .meta({ id: 'FoundOrder' });

export const orderSummary = z
  .object({
    id: uuid,
    number,
    status: z.enum(ORDER_STATUSES),
    total_amount: amount,
    refunded_amount: amount,
    currency,
    item_count: z.number().int().meta({ description: 'Units of all products' }),
    product_count: z.number().int().meta({ description: 'Number of different products' }),
    first_item: z.object({ name: z.string(), image_url: z.string() }),
    created_at: timestamp,
  })
  .meta({ id: 'OrderSummary' });
export type OrderSummary = z.infer<typeof orderSummary>;
export const orderListQuery = z.object({ cursor: cursor.optional(), limit: limit(20, 100) });
export const orderPage = z
  .object({ items: z.array(orderSummary), next_cursor: z.string().nullable() })
  .meta({ id: 'OrderPage' });
export type OrderPage = z.infer<typeof orderPage>;

/** A browser follows the orders of all of its tabs on one connection. */
export const MAX_STREAMED_ORDERS = 30;
export const orderStreamQuery = z.object({
  id: z
    .union([uuid, z.array(uuid).min(1).max(MAX_STREAMED_ORDERS)])
    .transform((value) => [value].flat())
    .meta({ description: 'ID of an order; repeat the parameter for several. Orders of others are left out' }),
});

/** Data of one message on the order’s event stream (`event: order`). */
export const orderStreamMessage = z
  .object({
    id: uuid,
    status: z.enum(ORDER_STATUSES),
    last_payment_error: z.string().nullable(),
    refunded_amount: amount,
    expires_at: timestamp,
    updated_at: timestamp.meta({ description: 'When the order or one of its refunds last changed' }),
  })
  .meta({ id: 'OrderStreamMessage' });
export type OrderStreamMessage = z.infer<typeof orderStreamMessage>;
