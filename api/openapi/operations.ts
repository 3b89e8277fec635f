/** Every operation of the API, for its OpenAPI document; a test holds this list against the routes. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import * as accounts from '../contracts/accounts.ts';
import * as cart from '../contracts/cart.ts';
import * as catalog from '../contracts/catalog.ts';
import { codecBody } from '../contracts/codec.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import * as search from '../contracts/search.ts';
import * as support from '../contracts/support.ts';
import { analyticsPaths } from './analytics-operations.ts';
import { buyingPaths } from './buying-operations.ts';
import { done, gives, operation, sendsOn } from './operation.ts';
import { recommendationPaths } from './recommendation-operations.ts';
import { retrainingPaths } from './retraining-operations.ts';

const status = z.object({ status: z.string(), checks: z.record(z.string(), z.boolean()).optional() });

export const paths: ZodOpenApiPathsObject = {
  '/api/categories': {
    get: operation({
      tag: 'Catalog',
      summary: 'All categories',
      ok: gives('Categories with how many products each has', catalog.categoryList),
    }),
  },
  '/api/products': {
    get: operation({
      tag: 'Catalog',
      summary: 'Products, a page at a time',
      query: catalog.productListQuery,
      ok: gives('One page; `next_cursor` leads to the next', catalog.productPage),
    }),
    post: operation({
      tag: 'Catalog',
      summary: 'Add a product',
      access: 'admin',
      headers: idempotencyHeaders,
      body: catalog.productCreate,
      ok: gives('The product', catalog.managedProduct, 201),
      problems: { 409: 'Another product has this SKU', 422: 'The Idempotency-Key was used for another product' },
    }),
  },
  '/api/products/{id}': {
    get: operation({
      tag: 'Catalog',
      summary: 'One product',
      params: idParams,
      ok: gives(
        'The product; administrators see its stock besides',
        z.union([catalog.product, catalog.managedProduct]),
      ),
      problems: { 404: 'No such product' },
    }),
    patch: operation({
      tag: 'Catalog',
      summary: 'Change a product',
      access: 'admin',
      params: idParams,
      headers: idempotencyHeaders,
      body: catalog.productPatch,
      ok: gives('The product as it is now', catalog.managedProduct),
      problems: {
        404: 'No such product',
        409: 'Less stock would be left than is reserved',
        412: 'Stock has changed since; the problem tells the current `stock_quantity` and `stock_version`',
        422: 'The Idempotency-Key was used for another change',
      },
    }),
    delete: operation({
      tag: 'Catalog',
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
      problems: { 404: 'No such product', 409: 'The product’s currency is not the cart’s' },
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
  ...buyingPaths,
  '/api/support/lists': {
    get: operation({
      tag: 'Support',
      summary: 'The lists that support works through',
      ok: gives('Each with its address and its query', support.supportLists),
    }),
  },
  '/api/support/lists/{name}': {
    get: operation({
      tag: 'Support',
      summary: 'One of these lists, in the Temporal Web UI',
      params: support.listParams,
      ok: sendsOn('To the Temporal Web UI'),
      problems: { 404: 'No such list; `lists` names those that there are', 503: 'No Temporal Web UI is configured' },
    }),
  },
  ...analyticsPaths,
  ...recommendationPaths,
  ...retrainingPaths,
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
