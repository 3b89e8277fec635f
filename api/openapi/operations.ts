/** Every operation of the API, for its OpenAPI document; a test holds this list against the routes. */
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import * as accounts from '../contracts/accounts.ts';
import * as cart from '../contracts/cart.ts';
import * as catalog from '../contracts/catalog.ts';
import { codecBody } from '../contracts/codec.ts';
import { idempotencyHeaders, idParams, problem } from '../contracts/common.ts';
import * as orders from '../contracts/orders.ts';
import * as refunds from '../contracts/refunds.ts';
import * as reservations from '../contracts/reservations.ts';
import * as search from '../contracts/search.ts';

interface Operation {
  tag: string;
  summary: string;
  /** Who may call it; left out: anybody. */
  access?: 'account' | 'owner' | 'admin' | 'staff';
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  ok: { status: 200 | 201 | 202 | 204; description: string; schema?: z.ZodType; mediaType?: string };
  problems?: Record<string, string>;
}

const ACCESS: Record<NonNullable<Operation['access']>, Record<string, string[]>[]> = {
  account: [{ bearer: [] }],
  owner: [{ bearer: [] }, { cart: [] }],
  admin: [{ bearer: [] }],
  staff: [{ bearer: [] }],
};

function operation(of: Operation): ZodOpenApiOperationObject {
  const problems: Record<string, string> = {
    ...((of.body ?? of.query ?? of.params) && {
      400: 'Something in the request needs attention: `errors` lists it all',
    }),
    ...(of.access && { 401: 'Nobody is signed in, or the token has expired' }),
    ...((of.access === 'admin' || of.access === 'staff') && { 403: 'The account may not do this' }),
    ...of.problems,
    429: 'Too many requests; see Retry-After',
  };
  return {
    tags: [of.tag],
    summary: of.summary,
    ...(of.access && {
      security: ACCESS[of.access],
    }),
    requestParams: {
      ...(of.params && { path: of.params }),
      ...(of.query && { query: of.query }),
      ...(of.headers && { header: of.headers }),
    },
    ...(of.body && { requestBody: { content: { 'application/json': { schema: of.body } } } }),
    responses: {
      [of.ok.status]: {
        description: of.ok.description,
        ...(of.ok.schema && { content: { [of.ok.mediaType ?? 'application/json']: { schema: of.ok.schema } } }),
      },
      ...Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          status,
          { description, content: { 'application/problem+json': { schema: problem } } },
        ]),
      ),
    },
  } as ZodOpenApiOperationObject;
}

const done = (description: string) => ({ status: 204 as const, description });
const gives = (description: string, schema: z.ZodType, status: 200 | 201 | 202 = 200) => ({
  status,
  description,
  schema,
});
const status = z.object({ status: z.string(), checks: z.record(z.string(), z.boolean()).optional() });

export const paths: ZodOpenApiPathsObject = {
  '/api/categories': {
    get: operation({
      tag: 'Catalogue',
      summary: 'All categories',
      ok: gives('Categories with how many products each has', catalog.categoryList),
    }),
  },
  '/api/products': {
    get: operation({
      tag: 'Catalogue',
      summary: 'Products, a page at a time',
      query: catalog.productListQuery,
      ok: gives('One page; `next_cursor` leads to the next', catalog.productPage),
    }),
    post: operation({
      tag: 'Catalogue',
      summary: 'Add a product',
      access: 'admin',
      headers: idempotencyHeaders,
      body: catalog.productCreate,
      ok: gives('The product', catalog.product, 201),
      problems: { 409: 'Another product has this SKU' },
    }),
  },
  '/api/products/{id}': {
    get: operation({
      tag: 'Catalogue',
      summary: 'One product',
      params: idParams,
      ok: gives('The product', catalog.product),
      problems: { 404: 'No such product' },
    }),
    patch: operation({
      tag: 'Catalogue',
      summary: 'Change a product',
      access: 'admin',
      params: idParams,
      body: catalog.productPatch,
      ok: gives('The product as it is now', catalog.product),
      problems: { 404: 'No such product', 409: 'Stock would fall below what is held' },
    }),
    delete: operation({
      tag: 'Catalogue',
      summary: 'Take a product off sale',
      access: 'admin',
      params: idParams,
      ok: done('Off sale'),
      problems: { 404: 'No such product' },
    }),
  },
  '/api/search': {
    get: operation({
      tag: 'Search',
      summary: 'Search products',
      query: search.searchQuery,
      ok: gives('Hits and facets', search.searchPage),
      problems: { 503: 'Search is away' },
    }),
  },
  '/api/search/suggest': {
    get: operation({
      tag: 'Search',
      summary: 'Complete what is being typed',
      query: search.suggestQuery,
      ok: gives('Product names', search.suggestions),
      problems: { 503: 'Search is away' },
    }),
  },
  '/api/cart': {
    get: operation({
      tag: 'Cart',
      summary: 'The cart of the account or the guest',
      ok: gives('The cart; a guest keeps its id', cart.cart),
    }),
  },
  '/api/cart/items/{product_id}': {
    put: operation({
      tag: 'Cart',
      summary: 'Set how many of a product are in the cart',
      params: cart.cartItemParams,
      body: cart.cartItemBody,
      ok: gives('The cart', cart.cart),
      problems: { 404: 'No such product' },
    }),
    delete: operation({
      tag: 'Cart',
      summary: 'Take a product out of the cart',
      params: cart.cartItemParams,
      ok: gives('The cart', cart.cart),
    }),
  },
  '/api/auth/register': {
    post: operation({
      tag: 'Accounts',
      summary: 'Open an account; a guest’s cart comes along',
      body: accounts.registerBody,
      ok: gives('Signed in', accounts.session, 201),
      problems: { 409: 'The address has an account already' },
    }),
  },
  '/api/auth/login': {
    post: operation({
      tag: 'Accounts',
      summary: 'Sign in; a guest’s cart comes along',
      body: accounts.loginBody,
      ok: gives('Signed in', accounts.session),
      problems: { 401: 'Address or password is wrong' },
    }),
  },
  '/api/auth/refresh': {
    post: operation({
      tag: 'Accounts',
      summary: 'Trade a refresh token for new tokens; using one twice ends the session',
      body: accounts.refreshBody,
      ok: gives('New tokens', accounts.session),
      problems: { 401: 'The session has ended' },
    }),
  },
  '/api/auth/logout': {
    post: operation({
      tag: 'Accounts',
      summary: 'End the session',
      body: accounts.refreshBody,
      ok: done('Ended'),
      problems: { 401: 'The token is not valid' },
    }),
  },
  '/api/me': {
    get: operation({
      tag: 'Accounts',
      summary: 'The signed-in account',
      access: 'account',
      ok: gives('The account', accounts.user),
    }),
    patch: operation({
      tag: 'Accounts',
      summary: 'Change the account',
      access: 'account',
      body: accounts.profilePatch,
      ok: gives('The account', accounts.user),
    }),
  },
  '/api/reservations': {
    post: operation({
      tag: 'Buying',
      summary: 'Hold items, or the whole cart, for ten minutes',
      access: 'owner',
      headers: idempotencyHeaders,
      body: reservations.reservationBody,
      ok: gives('Held', reservations.reservation, 201),
      problems: {
        409: 'Not enough in stock: `lines` says which',
        422: 'The key was used for another hold',
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
        409: 'The hold has ended',
        503: 'Payments can’t be taken just now; the hold goes on',
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
      summary: 'Cancel an unpaid order',
      access: 'owner',
      params: idParams,
      ok: gives('The cancelled order', orders.order),
      problems: { 404: 'No such order of yours', 409: 'It can’t be cancelled any more' },
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
        404: 'No such order of yours',
        409: 'Nothing, or not that much, is left to refund',
        422: 'The key was used for another refund',
      },
    }),
  },
  '/api/webhooks/stripe': {
    post: operation({
      tag: 'System',
      summary: 'Stripe’s signed events',
      body: z.looseObject({ id: z.string(), type: z.string() }),
      ok: gives('Handled', z.object({ received: z.boolean() })),
      problems: { 503: 'Not handled yet; send it again' },
    }),
  },
  '/api/codec/decode': {
    post: operation({
      tag: 'System',
      summary: 'Decrypt payloads of Temporal, for its Web UI',
      access: 'staff',
      body: codecBody,
      ok: gives('The payloads as they were written', codecBody),
      problems: { 503: 'The sign-in can’t be checked just now' },
    }),
  },
  '/api/codec/encode': {
    post: operation({
      tag: 'System',
      summary: 'Encrypt payloads for Temporal, for its Web UI',
      access: 'staff',
      body: codecBody,
      ok: gives('The payloads as Temporal stores them', codecBody),
      problems: { 503: 'The sign-in can’t be checked just now' },
    }),
  },
  '/api/health': { get: operation({ tag: 'System', summary: 'Is the process alive?', ok: gives('It is', status) }) },
  '/api/ready': {
    get: operation({
      tag: 'System',
      summary: 'Can orders be taken?',
      ok: gives('They can', status),
      problems: { 503: 'Not now; `checks` says what is missing' },
    }),
  },
  '/api/openapi.json': {
    get: operation({
      tag: 'System',
      summary: 'This document',
      ok: gives('OpenAPI 3.1', z.looseObject({ openapi: z.string() })),
    }),
  },
  '/api/docs': {
    get: operation({
      tag: 'System',
      summary: 'This document, to read',
      ok: { status: 200, description: 'A page', schema: z.string(), mediaType: 'text/html' },
    }),
  },
};
