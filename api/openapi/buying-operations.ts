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
      tag: 'Buying',
      summary: 'Reserve items, or the whole cart, for ten minutes, in the place of what you had reserved before',
      access: 'owner',
      headers: idempotencyHeaders,
      body: reservations.reservationBody,
      ok: gives('Reserved', reservations.reservation, 201),
      alsoOk: {
        status: 200,
        description:
          'Nothing new: your open reservation, since it has the same items, or since its order (`order_id`) is awaiting payment. Complete or cancel that order to reserve other items',
      },
      problems: {
        409: 'Not enough in stock: `lines` says which (`out_of_stock`); or more than may be reserved at a time: `limit` and `max` say which limit (`reservation_limit`); or the key’s reservation has ended (`reservation_ended`); or the products have different currencies (`currency_mismatch`)',
        422: 'The key was used for another reservation',
        503: 'Stock is being counted anew',
      },
    }),
  },
  '/api/reservations/{id}': {
    get: operation({
      tag: 'Buying',
      summary: 'One reservation',
      access: 'owner',
      params: idParams,
      ok: gives('The reservation', reservations.reservation),
      problems: { 404: 'No such reservation of yours' },
    }),
    delete: operation({
      tag: 'Buying',
      summary: 'Give the items back before the time',
      access: 'owner',
      params: idParams,
      ok: done('Given back'),
      problems: { 404: 'No such reservation of yours', 409: 'An order stands on it' },
    }),
  },
  '/api/checkouts': {
    post: operation({
      tag: 'Buying',
      summary: 'Turn a reservation into an order that waits for its payment; asking again gives the same order',
      access: 'owner',
      body: orders.checkoutBody,
      ok: gives('The order, and what a browser needs to pay', orders.checkout, 201),
      problems: {
        404: 'No such reservation of yours',
        409: 'The reservation has ended',
        503: 'Payments can’t be taken just now; the reservation goes on',
      },
    }),
  },
  '/api/orders': {
    get: operation({
      tag: 'Orders',
      summary: 'Your orders, newest first',
      access: 'owner',
      query: orders.orderListQuery,
      ok: gives('One page', orders.orderPage),
    }),
  },
  '/api/orders/{id}': {
    get: operation({
      tag: 'Orders',
      summary: 'One order',
      access: 'owner',
      params: idParams,
      ok: gives('The order', orders.order),
      problems: { 404: 'No such order of yours' },
    }),
  },
  '/api/orders/{id}/events': {
    get: operation({
      tag: 'Orders',
      summary: 'The order’s state now and after each change, as server-sent events',
      access: 'owner',
      params: idParams,
      ok: {
        status: 200,
        description: 'Messages `event: order`',
        schema: orders.orderStreamMessage,
        mediaType: 'text/event-stream',
      },
      problems: { 404: 'No such order of yours' },
    }),
  },
  '/api/orders/{id}/cancel': {
    post: operation({
      tag: 'Orders',
      summary: 'Cancel an order that has not shipped; what was paid goes back',
      access: 'owner',
      params: idParams,
      body: orders.cancelBody,
      ok: gives(
        'The canceled order; with 202 it is under review until a support lead has agreed (`cancellation_waits`)',
        orders.order,
      ),
      problems: { 404: 'No such order of yours', 409: 'It can’t be canceled any more' },
    }),
  },
  '/api/orders/{id}/refunds': {
    get: operation({
      tag: 'Refunds',
      summary: 'Refunds of an order, and what is left to refund',
      access: 'owner',
      params: idParams,
      ok: gives('Refunds', refunds.refundList),
      problems: { 404: 'No such order of yours' },
    }),
    post: operation({
      tag: 'Refunds',
      summary: 'Ask for a refund, whole or in part',
      access: 'owner',
      params: idParams,
      headers: idempotencyHeaders,
      body: refunds.refundBody,
      ok: gives('Accepted; it is sent to Stripe', refunds.refundAnswer, 202),
      problems: {
        403: 'Only staff can put items back into stock',
        404: 'No such order of yours',
        409: 'Nothing, or not that much, is left to refund',
        422: 'The key was used for another refund',
      },
    }),
  },
  '/api/refunds': {
    get: operation({
      tag: 'Refunds',
      summary: 'Refunds that wait for someone, oldest first; for staff',
      access: 'staff',
      query: refunds.waitingQuery,
      ok: gives('What waits', refunds.waitingRefunds),
    }),
  },
  '/api/refunds/{id}/approve': {
    post: operation({
      tag: 'Refunds',
      summary: 'Approve a refund that waits; for support leads, never for the one who asked',
      access: 'lead',
      params: idParams,
      body: refunds.decisionBody,
      ok: gives('The refund; its money is on its way', refunds.refundAnswer),
      problems: { 404: 'No such refund', 409: 'Nothing waits for a decision' },
    }),
  },
  '/api/refunds/{id}/reject': {
    post: operation({
      tag: 'Refunds',
      summary: 'Reject a refund that waits; the shopper is told why',
      access: 'lead',
      params: idParams,
      body: refunds.decisionBody,
      ok: gives('The refund', refunds.refundAnswer),
      problems: { 404: 'No such refund', 409: 'Nothing waits for a decision' },
    }),
  },
};
