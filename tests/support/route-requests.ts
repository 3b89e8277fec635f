/**
 * A request for each operation of the API that is valid except for its sender, for the access control test
 * (tests/access.integration.test.ts). A new operation needs an entry here.
 */
import { randomUUID } from 'node:crypto';
import type { Role } from '../../domain/roles.ts';
import { SUPPORT_LIST_NAMES } from '../../infra/temporal/support-lists.ts';
import { PASSWORD, signedIn } from './accounts.ts';
import { sell } from './sales.ts';
import { ADDRESS, type AnyBody, createProduct, Shopper, type TestShop } from './shop.ts';

/** All kinds of callers. `other_customer` owns none of the records in the requests. */
export const CALLERS = [
  'anonymous',
  'guest',
  'customer',
  'other_customer',
  'support',
  'support_lead',
  'admin',
] as const satisfies readonly (Role | 'anonymous' | 'guest' | 'other_customer')[];
export type Caller = (typeof CALLERS)[number];

export interface RouteRequest {
  /** Values of the path parameters. */
  params?: Record<string, string>;
  query?: string;
  headers?: () => Record<string, string>;
  /** Creates a new body for each call. */
  body?: () => unknown;
  /** For a request about an order or a reservation: who can access it; all other callers get 404. */
  reachedBy?: 'its owner' | 'its owner and staff';
  /** Status for allowed callers; default: the documented success. */
  answer?: number;
  /** Status for specific callers, where it differs from the documented access and `answer`. */
  answers?: Partial<Record<Caller, number>>;
  /** Reads the state that refused calls must not change. */
  state?: () => Promise<unknown>;
}

export interface Stage {
  shop: TestShop;
  /** The owner of the order or reservation: a guest or a customer, new for each request. */
  owner: Shopper;
}

type Prepare = (stage: Stage) => RouteRequest | Promise<RouteRequest>;

const nothingNeeded: Prepare = () => ({});

const product: Prepare = async ({ shop }) => ({ params: { id: (await createProduct(shop.services)).id } });

const addition: Prepare = async ({ shop }) => {
  const { id } = await createProduct(shop.services);
  return { body: () => ({ product_id: id, quantity: 1 }) };
};

const cartItem =
  (body?: object): Prepare =>
  async ({ shop }) => ({
    params: { product_id: (await createProduct(shop.services)).id },
    body: body && (() => body),
  });

/** A product on sale and its stored state. */
const changedProduct =
  (body?: object): Prepare =>
  async ({ shop }) => {
    const { id } = await createProduct(shop.services);
    return {
      params: { id },
      body: body && (() => body),
      state: () => shop.services.db.row('select name, version, deleted_at from products where id = $1', [id]),
    };
  };

const newProduct: Prepare = async ({ shop: { services } }) => {
  const slug = `access-${randomUUID().slice(0, 8)}`;
  const category = await services.db.row<{ id: string }>(
    'insert into categories (slug, name) values ($1, $1) returning id',
    [slug],
  );
  return {
    headers: idempotencyKey,
    body: () => ({
      sku: `NEW-${randomUUID()}`,
      name: 'Kettle',
      price: 5,
      stock_quantity: 1,
      category_id: category!.id,
    }),
    state: () => services.db.rows('select sku from products where category_id = $1', [category!.id]),
  };
};

const idempotencyKey = () => ({ 'idempotency-key': randomUUID() });

const reservation: Prepare = async ({ shop: { services }, owner }) => {
  const { id } = (await owner.reserve([{ productId: (await createProduct(services)).id }])).body;
  return {
    params: { id },
    reachedBy: 'its owner',
    state: () => services.db.row('select status from reservations where id = $1', [id]),
  };
};

const checkout: Prepare = async (stage) => {
  const { params } = await reservation(stage);
  return {
    reachedBy: 'its owner',
    body: () => ({ reservation_id: params!.id, shipping_address: ADDRESS, email: 'guest@example.test' }),
    state: () => stage.shop.services.db.rows('select id from orders where reservation_id = $1', [params!.id]),
  };
};

/** @param quantity of its only product @returns an unpaid order and its stored state */
async function orderRequest({ shop: { services }, owner }: Stage, quantity: number) {
  const { id: productId } = await createProduct(services);
  const begun: AnyBody = await owner.order(productId, quantity);
  const orderId: string = begun.order.id;
  const request: RouteRequest = {
    params: { id: orderId },
    reachedBy: 'its owner and staff',
    state: () =>
      services.db.rows(
        'select o.status, r.id as refund from orders o left join refunds r on r.order_id = o.id where o.id = $1',
        [orderId],
      ),
  };
  return { request, begun, productId };
}

const order: Prepare = async (stage) => (await orderRequest(stage, 1)).request;

const cancellation: Prepare = async (stage) => ({
  ...(await orderRequest(stage, 1)).request,
  body: () => ({ reason: 'Not needed any more' }),
});

/** A paid order with one unit for each allowed caller. */
const refundRequest: Prepare = async (stage) => {
  const { request, begun, productId } = await orderRequest(stage, 5);
  await stage.owner.pay(begun);
  await stage.owner.untilStatus(begun.order.id, 'paid');
  return {
    ...request,
    headers: idempotencyKey,
    body: () => ({ reason: 'Scratched', lines: [{ product_id: productId, quantity: 1 }] }),
  };
};

/** A refund above the shopper's limit. The lead decides first, so the administrator's decision is too late. */
const decision: Prepare = async ({ shop }) => {
  const { buyer, orderId } = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
  const { refund } = (await buyer.call('POST', `/orders/${orderId}/refunds`, { all: true, reason: 'Too large' })).body;
  return {
    params: { id: refund.id },
    body: () => ({ reason: 'Photo seen' }),
    answers: { admin: 409 },
    state: () => shop.services.db.row('select status, decided_by from refunds where id = $1', [refund.id]),
  };
};

/** A refund above the shopper's limit, which its requester and staff can withdraw. */
const withdrawal: Prepare = async (stage) => {
  const { shop, owner } = stage;
  const { orderId } = await sell(shop, { buyer: owner, lines: [{ price: '150.00', quantity: 1 }] });
  const { refund } = (await owner.call('POST', `/orders/${orderId}/refunds`, { all: true, reason: 'Too large' })).body;
  return {
    params: { id: refund.id },
    reachedBy: 'its owner and staff',
    body: () => ({ reason: 'It fits' }),
    state: () => shop.services.db.row('select status, decided_by from refunds where id = $1', [refund.id]),
  };
};

const signIn: Prepare = async ({ shop }) => {
  const { email } = await signedIn(shop);
  return { body: () => ({ email, password: PASSWORD }) };
};

/** A separate session for each call. */
const session: Prepare = async ({ shop }) => {
  const { email } = await signedIn(shop);
  const login = () => new Shopper(shop.api.url).call('POST', '/auth/login', { email, password: PASSWORD });
  return { body: async () => ({ refresh_token: (await login()).body.refresh_token }) };
};

/** An event without a signature is rejected for every caller. */
const unsignedEvent: Prepare = () => ({ body: () => ({ id: 'evt_1', type: 'payment_intent.succeeded' }), answer: 400 });

/** Training and rolling back affect all other tests, so allowed callers send an invalid reason and get 400. */
const retraining: Prepare = () => ({ body: () => ({ reason: 5 }), answer: 400 });

const codec: Prepare = () => ({ body: () => ({ payloads: [] }) });

const pageView = () => ({ event: 'page_view', id: randomUUID(), occurred_at: new Date().toISOString(), path: '/' });

export const ROUTE_REQUESTS: Readonly<Record<string, Prepare>> = {
  'GET /api/categories': nothingNeeded,
  'GET /api/products': nothingNeeded,
  'POST /api/products': newProduct,
  'GET /api/products/{id}': product,
  'PATCH /api/products/{id}': changedProduct({ name: 'Renamed' }),
  'DELETE /api/products/{id}': changedProduct(),
  'GET /api/search': () => ({ query: '?q=mug' }),
  'GET /api/search/suggest': () => ({ query: '?q=mug' }),

  'GET /api/cart': nothingNeeded,
  'POST /api/cart/items': addition,
  'PUT /api/cart/items/{product_id}': cartItem({ quantity: 1 }),
  'DELETE /api/cart/items/{product_id}': cartItem(),

  'POST /api/auth/register': () => ({
    body: () => ({ email: `new-${randomUUID()}@example.test`, password: PASSWORD }),
  }),
  'POST /api/auth/login': signIn,
  'POST /api/auth/refresh': session,
  'POST /api/auth/logout': session,
  'GET /api/me': nothingNeeded,
  'PATCH /api/me': () => ({ body: () => ({ full_name: 'Ada Test' }) }),

  'POST /api/reservations': async ({ shop }) => {
    const { id } = await createProduct(shop.services);
    return { headers: idempotencyKey, body: () => ({ items: [{ product_id: id, quantity: 1 }] }), answer: 201 };
  },
  'GET /api/reservations/{id}': reservation,
  'DELETE /api/reservations/{id}': reservation,
  'POST /api/checkouts': checkout,
  'GET /api/orders': nothingNeeded,
  'GET /api/orders/{id}': order,
  'GET /api/orders/{id}/events': order,
  'POST /api/orders/{id}/cancel': cancellation,
  'GET /api/orders/{id}/refunds': order,
  'POST /api/orders/{id}/refunds': refundRequest,
  'GET /api/refunds': nothingNeeded,
  'POST /api/refunds/{id}/approve': decision,
  'POST /api/refunds/{id}/reject': decision,
  'POST /api/refunds/{id}/withdraw': withdrawal,

  'GET /api/support/find': nothingNeeded,
  'POST /api/support/find': () => ({ body: () => ({ for: '482-913-077' }) }),
  'GET /api/support/lists': nothingNeeded,
  'GET /api/support/lists/{name}': () => ({ params: { name: SUPPORT_LIST_NAMES[0]! } }),

  'POST /api/events': () => ({ body: () => ({ events: [pageView()] }) }),
  'GET /api/admin/analytics/events': nothingNeeded,
  'GET /api/admin/analytics/recommendations': nothingNeeded,

  'GET /api/recommendations': nothingNeeded,
  'GET /api/products/{id}/similar': product,
  'GET /api/cart/suggestions': nothingNeeded,
  'GET /api/recommendations/choices': nothingNeeded,
  'PUT /api/recommendations/choices': () => ({ body: () => ({ personalized: true }) }),
  'DELETE /api/recommendations/history': nothingNeeded,
  'GET /api/admin/recommendations': nothingNeeded,
  'POST /api/admin/recommendations/retrain': retraining,
  'POST /api/admin/recommendations/rollback': retraining,

  'POST /api/webhooks/stripe': unsignedEvent,
  'POST /api/codec/decode': codec,
  'POST /api/codec/encode': codec,
  'GET /api/health': nothingNeeded,
  'GET /api/ready': nothingNeeded,
  'GET /api/openapi.json': nothingNeeded,
  'GET /api/docs': nothingNeeded,
};
