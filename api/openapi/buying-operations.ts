/** From the reservation to the refund. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import * as orders from '../contracts/orders.ts';
import * as refunds from '../contracts/refunds.ts';
import * as reservations from '../contracts/reservations.ts';
import { done, gives, operation } from './operation.ts';

export const buyingPaths: ZodOpenApiPathsObject = {
  '/api/reservations': {
    post: operation({
      tag: 'Checkout',
      summary: 'Reserve items or the entire cart for ten minutes, replacing any earlier reservation',
      access: 'owner',
      headers: idempotencyHeaders,
      body: reservations.reservationBody,
      ok: gives('Reserved', reservations.reservation, 201),
      alsoOk: {
        status: 200,
        description:
          'Your existing reservation, because it has the same items or its order (`order_id`) is awaiting payment. Pay for or cancel that order to reserve other items',
      },
      problems: {
        409: '`out_of_stock`: not enough stock for the items in `lines`; `reservation_limit`: the reservation exceeds `limit`, whose maximum is `max`; `reservation_ended`: the key’s reservation has ended; `currency_mismatch`: the products have different currencies',
        422: 'The Idempotency-Key was used for a different reservation',
        503: 'Stock counters are rebuilding',
      },
    }),
  },
  '/api/reservations/{id}': {
    get: operation({
      tag: 'Checkout',
      summary: 'Get a reservation',
      access: 'owner',
      params: idParams,
      ok: gives('The reservation', reservations.reservation),
      problems: { 404: 'Reservation not found' },
    }),
    delete: operation({
      tag: 'Checkout',
      summary: 'Release a reservation early',
      access: 'owner',
      params: idParams,
      ok: done('The reservation was released'),
      problems: { 404: 'Reservation not found', 409: 'An order was placed from the reservation' },
    }),
  },
  '/api/checkouts': {
    post: operation({
      tag: 'Checkout',
      summary: 'Create an order from a reservation; repeating the request returns the same order',
      access: 'owner',
      body: orders.checkoutBody,
      ok: gives('The order and the payment details for the browser', orders.checkout, 201),
      problems: {
        404: 'Reservation not found',
        409: 'The reservation has ended',
        503: 'Stripe is unavailable; the items stay reserved',
      },
    }),
  },
  '/api/orders': {
    get: operation({
      tag: 'Orders',
      summary: 'List your orders, newest first',
      access: 'owner',
      query: orders.orderListQuery,
      ok: gives('A page of orders', orders.orderPage),
    }),
  },
  '/api/orders/{id}': {
    get: operation({
      tag: 'Orders',
      summary: 'Get an order',
      access: 'owner',
      params: idParams,
      ok: gives('The order', orders.order),
      problems: { 404: 'Order not found' },
    }),
  },
  '/api/orders/{id}/events': {
    get: operation({
      tag: 'Orders',
      summary: 'Stream the order’s current state and every change as server-sent events',
      access: 'owner',
      params: idParams,
      ok: {
        status: 200,
        description: 'A stream of `event: order` messages',
        schema: orders.orderStreamMessage,
        mediaType: 'text/event-stream',
      },
      problems: { 404: 'Order not found' },
    }),
  },
  '/api/orders/{id}/cancel': {
    post: operation({
      tag: 'Orders',
      summary: 'Cancel an order that has not shipped and refund any payment',
      access: 'owner',
      params: idParams,
      body: orders.cancelBody,
      ok: gives(
        'The canceled order. With 202, the order is under review until a support lead approves the cancellation (`cancellation_waits`)',
        orders.order,
      ),
      problems: { 404: 'Order not found', 409: 'The order can no longer be canceled' },
    }),
  },
  '/api/orders/{id}/refunds': {
    get: operation({
      tag: 'Refunds',
      summary: 'List an order’s refunds and what can still be refunded',
      access: 'owner',
      params: idParams,
      ok: gives('Refunds', refunds.refundList),
      problems: { 404: 'Order not found' },
    }),
    post: operation({
      tag: 'Refunds',
      summary: 'Request a full or partial refund',
      access: 'owner',
      params: idParams,
      headers: idempotencyHeaders,
      body: refunds.refundBody,
      ok: gives('The refund was accepted', refunds.refundAnswer, 202),
      problems: {
        403: 'Only staff can return items to stock',
        404: 'Order not found',
        409: 'The amount or items can no longer be refunded',
        422: 'The Idempotency-Key was used for a different refund',
      },
    }),
  },
  '/api/refunds': {
    get: operation({
      tag: 'Refunds',
      summary: 'List refunds that are waiting for action, oldest first; staff only',
      access: 'staff',
      query: refunds.waitingQuery,
      ok: gives('The waiting refunds', refunds.waitingRefunds),
    }),
  },
  '/api/refunds/{id}/approve': {
    post: operation({
      tag: 'Refunds',
      summary: 'Approve a waiting refund; support leads only, except the requester',
      access: 'lead',
      params: idParams,
      body: refunds.decisionBody,
      ok: gives('The approved refund, which is sent to Stripe', refunds.refundAnswer),
      problems: { 404: 'Refund not found', 409: 'The refund is not waiting for approval' },
    }),
  },
  '/api/refunds/{id}/reject': {
    post: operation({
      tag: 'Refunds',
      summary: 'Reject a waiting refund; the customer sees the reason',
      access: 'lead',
      params: idParams,
      body: refunds.decisionBody,
      ok: gives('The refund', refunds.refundAnswer),
      problems: { 404: 'Refund not found', 409: 'The refund is not waiting for approval' },
    }),
  },
};
