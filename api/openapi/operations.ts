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
      summary: 'List all categories',
      ok: gives('Categories with their product counts', catalog.categoryList),
    }),
  },
  '/api/products': {
    get: operation({
      tag: 'Catalog',
      summary: 'List products, page by page',
      query: catalog.productListQuery,
      ok: gives('A page of products; pass `next_cursor` to get the next page', catalog.productPage),
    }),
    post: operation({
      tag: 'Catalog',
      summary: 'Add a product',
      access: 'admin',
      headers: idempotencyHeaders,
      body: catalog.productCreate,
      ok: gives('The product', catalog.managedProduct, 201),
      problems: {
        409: 'Another product already has this SKU',
        422: 'The Idempotency-Key was used for a different product',
      },
    }),
  },
  '/api/products/{id}': {
    get: operation({
      tag: 'Catalog',
      summary: 'Get a product',
      params: idParams,
      ok: gives('The product; administrators also see its stock', z.union([catalog.product, catalog.managedProduct])),
      problems: { 404: 'Product not found' },
    }),
    patch: operation({
      tag: 'Catalog',
      summary: 'Update a product',
      access: 'admin',
      params: idParams,
      headers: idempotencyHeaders,
      body: catalog.productPatch,
      ok: gives('The updated product', catalog.managedProduct),
      problems: {
        404: 'Product not found',
        409: 'Stock would fall below the reserved quantity',
        412: 'Stock has changed since; the problem contains the current `stock_quantity` and `stock_version`',
        422: 'The Idempotency-Key was used for a different change',
      },
    }),
    delete: operation({
      tag: 'Catalog',
      summary: 'Discontinue a product',
      access: 'admin',
      params: idParams,
      ok: done('The product is no longer sold'),
      problems: { 404: 'Product not found' },
    }),
  },
  '/api/search': {
    get: operation({
      tag: 'Search',
      summary: 'Search products',
      query: search.searchQuery,
      ok: gives('Search results and facets', search.searchPage),
      problems: { 503: 'Search is unavailable' },
    }),
  },
  '/api/search/suggest': {
    get: operation({
      tag: 'Search',
      summary: 'Autocomplete a search query',
      query: search.suggestQuery,
      ok: gives('Product names', search.suggestions),
      problems: { 503: 'Search is unavailable' },
    }),
  },
  '/api/cart': {
    get: operation({
      tag: 'Cart',
      summary: 'Get the account’s or guest’s cart',
      ok: gives('The cart; a guest must keep its ID', cart.cart),
    }),
  },
  '/api/cart/items/{product_id}': {
    put: operation({
      tag: 'Cart',
      summary: 'Set the quantity of a product in the cart',
      params: cart.cartItemParams,
      body: cart.cartItemBody,
      ok: gives('The cart', cart.cart),
      problems: { 404: 'Product not found', 409: 'The product’s currency differs from the cart’s' },
    }),
    delete: operation({
      tag: 'Cart',
      summary: 'Remove a product from the cart',
      params: cart.cartItemParams,
      ok: gives('The cart', cart.cart),
    }),
  },
  '/api/auth/register': {
    post: operation({
      tag: 'Accounts',
      summary: 'Create an account and merge the guest’s cart',
      body: accounts.registerBody,
      ok: gives('Signed in', accounts.session, 201),
      problems: { 409: 'An account with this email address already exists' },
    }),
  },
  '/api/auth/login': {
    post: operation({
      tag: 'Accounts',
      summary: 'Sign in and merge the guest’s cart',
      body: accounts.loginBody,
      ok: gives('Signed in', accounts.session),
      problems: { 401: 'The email address or password is incorrect' },
    }),
  },
  '/api/auth/refresh': {
    post: operation({
      tag: 'Accounts',
      summary: 'Exchange a refresh token for new tokens; using it twice ends the session',
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
      summary: 'Get the signed-in account',
      access: 'account',
      ok: gives('The account', accounts.user),
    }),
    patch: operation({
      tag: 'Accounts',
      summary: 'Update the account',
      access: 'account',
      body: accounts.profilePatch,
      ok: gives('The account', accounts.user),
    }),
  },
  ...buyingPaths,
  '/api/support/lists': {
    get: operation({
      tag: 'Support',
      summary: 'List the support team’s work lists',
      ok: gives('The lists with their URLs and queries', support.supportLists),
    }),
  },
  '/api/support/lists/{name}': {
    get: operation({
      tag: 'Support',
      summary: 'Open a support list in the Temporal Web UI',
      params: support.listParams,
      ok: sendsOn('Redirect to the Temporal Web UI'),
      problems: {
        404: 'List not found; `lists` contains the available lists',
        503: 'No Temporal Web UI is configured',
      },
    }),
  },
  ...analyticsPaths,
  ...recommendationPaths,
  ...retrainingPaths,
  '/api/webhooks/stripe': {
    post: operation({
      tag: 'System',
      summary: 'Receive signed events from Stripe',
      body: z.looseObject({ id: z.string(), type: z.string() }),
      ok: gives('Handled', z.object({ received: z.boolean() })),
      problems: { 503: 'The event could not be handled; send it again' },
    }),
  },
  '/api/codec/decode': {
    post: operation({
      tag: 'System',
      summary: 'Decrypt Temporal payloads for the Web UI',
      access: 'staff',
      body: codecBody,
      ok: gives('The decrypted payloads', codecBody),
      problems: { 503: 'The sign-in can’t be verified because the OIDC issuer is unavailable' },
    }),
  },
  '/api/codec/encode': {
    post: operation({
      tag: 'System',
      summary: 'Encrypt Temporal payloads for the Web UI',
      access: 'staff',
      body: codecBody,
      ok: gives('The encrypted payloads', codecBody),
      problems: { 503: 'The sign-in can’t be verified because the OIDC issuer is unavailable' },
    }),
  },
  '/api/health': {
    get: operation({ tag: 'System', summary: 'Check whether the process is alive', ok: gives('It is', status) }),
  },
  '/api/ready': {
    get: operation({
      tag: 'System',
      summary: 'Check whether the API can take orders',
      ok: gives('Orders can be taken', status),
      problems: { 503: 'Orders can’t be taken; `checks` names the unavailable service' },
    }),
  },
  '/api/openapi.json': {
    get: operation({
      tag: 'System',
      summary: 'Get this document',
      ok: gives('OpenAPI 3.1', z.looseObject({ openapi: z.string() })),
    }),
  },
  '/api/docs': {
    get: operation({
      tag: 'System',
      summary: 'This document as a web page',
      ok: { status: 200, description: 'A page', schema: z.string(), mediaType: 'text/html' },
    }),
  },
};
