/** Orders and refunds for tests, with defaults for everything a test does not set. */
import type { Order, Refund } from './contracts.ts';

const AT = '2026-03-01T10:00:00.000Z';

export function anItem(item: Partial<Order['items'][number]> = {}): Order['items'][number] {
  return {
    product_id: 'lantern',
    sku: 'LANTERN',
    name: 'Harbor Lantern',
    quantity: 2,
    price: 24.5,
    line_total: 49,
    image_url: '/lantern.svg',
    ...item,
  };
}

export function anOrder(order: Partial<Order> = {}): Order {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    status: 'paid',
    fulfillment: 'unfulfilled',
    shipments: [],
    returns_until: null,
    cancellation_waits: false,
    review_reason: null,
    user_id: null,
    items: [anItem()],
    total_amount: 49,
    captured_amount: 49,
    refunded_amount: 0,
    currency: 'usd',
    email: null,
    shipping_address: { street: '1 Compiler Road', city: 'Arlington', postal_code: '22201', country: 'US' },
    last_payment_error: null,
    expires_at: AT,
    paid_at: AT,
    created_at: AT,
    updated_at: AT,
    events: [],
    payment: null,
    workflow_url: null,
    ...order,
  };
}

export function aRefund(refund: Partial<Refund> = {}): Refund {
  return {
    id: '00000000-0000-4000-8000-000000000002',
    order_id: '00000000-0000-4000-8000-000000000001',
    kind: 'refund',
    amount: 24.5,
    currency: 'usd',
    lines: [{ product_id: 'lantern', quantity: 1 }],
    cancels_units: false,
    reason: 'One too many',
    status: 'succeeded',
    given_up: false,
    can_withdraw: false,
    restocked: false,
    decision_reason: null,
    created_at: AT,
    updated_at: AT,
    requested_by: null,
    workflow_url: null,
    ...refund,
  };
}
