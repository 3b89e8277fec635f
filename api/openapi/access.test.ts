/**
 * Lists the access of every operation independently of its declaration, so that a mistake in a route's `access` fails here.
 * tests/access.integration.test.ts tests the responses to each caller.
 */
import { expect, it } from 'vitest';
import { type Access, documentedOperations } from '../../tests/support/operations.ts';

const STAFF = ['support', 'support_lead', 'admin'];
const LEAD = ['support_lead', 'admin'];
const ADMIN = ['admin'];

/** All other operations are public. */
const RESTRICTED: Readonly<Record<string, Access | readonly string[]>> = {
  'POST /api/products': ADMIN,
  'PATCH /api/products/{id}': ADMIN,
  'DELETE /api/products/{id}': ADMIN,

  'GET /api/me': 'account',
  'PATCH /api/me': 'account',
  'PUT /api/me/password': 'account',
  'POST /api/me/email': 'account',
  'POST /api/me/email-confirmation': 'account',
  'GET /api/me/sessions': 'account',
  'DELETE /api/me/sessions': 'account',
  'DELETE /api/me/sessions/{id}': 'account',
  'POST /api/me/closure': 'account',

  'POST /api/reservations': 'owner',
  'GET /api/reservations/{id}': 'owner',
  'DELETE /api/reservations/{id}': 'owner',
  'POST /api/checkouts': 'owner',

  'GET /api/orders': 'owner',
  'GET /api/orders/events': 'owner',
  'GET /api/orders/{id}': 'owner',
  'PATCH /api/orders/{id}': 'owner',
  'GET /api/orders/{id}/events': 'owner',
  'POST /api/orders/{id}/cancel': 'owner',
  'DELETE /api/orders/{id}/keys': 'owner',

  'GET /api/orders/{id}/refunds': 'owner',
  'POST /api/orders/{id}/refunds': 'owner',
  'GET /api/refunds': STAFF,
  'POST /api/refunds/{id}/approve': LEAD,
  'POST /api/refunds/{id}/reject': LEAD,
  'POST /api/refunds/{id}/withdraw': 'owner',

  'GET /api/admin/analytics/events': ADMIN,
  'GET /api/admin/analytics/recommendations': ADMIN,

  'PUT /api/recommendations/choices': 'owner',
  'DELETE /api/recommendations/history': 'owner',
  'GET /api/admin/recommendations': ADMIN,
  'POST /api/admin/recommendations/retrain': ADMIN,
  'POST /api/admin/recommendations/rollback': ADMIN,

  'POST /api/codec/decode': STAFF,
  'POST /api/codec/encode': STAFF,
};

it('restricts every operation as listed', () => {
  const restricted = documentedOperations.filter(({ access }) => access !== 'anyone');
  expect(Object.fromEntries(restricted.map(({ name, access }) => [name, access]))).toEqual(RESTRICTED);
});
