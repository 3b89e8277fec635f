/** Maps the domain's error codes to HTTP problems (RFC 9457). */
import type { ErrorCode } from '../domain/errors.ts';

export interface ProblemKind {
  status: number;
  title: string;
}

export const PROBLEMS: Readonly<Record<ErrorCode | 'internal', ProblemKind>> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Sign in required' },
  invalid_credentials: { status: 401, title: 'The email address or password is incorrect' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  email_taken: { status: 409, title: 'An account with this email address already exists' },
  conflict: { status: 409, title: 'The request conflicts with the current state' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for a different request' },
  out_of_stock: { status: 409, title: 'Not enough in stock' },
  stock_unavailable: { status: 503, title: 'Stock counters are rebuilding' },
  stock_changed: { status: 412, title: 'Stock has changed since the given version' },
  reservation_ended: { status: 409, title: 'The reservation has ended' },
  reservation_limit: { status: 409, title: 'Reservation limit reached' },
  cart_empty: { status: 409, title: 'The cart is empty' },
  currency_mismatch: { status: 409, title: 'The products have different currencies' },
  order_not_cancelable: { status: 409, title: 'The order can no longer be canceled' },
  order_not_refundable: { status: 409, title: 'The order can’t be refunded' },
  refund_exceeds_charge: { status: 409, title: 'Refund exceeds the remaining charge' },
  return_window_closed: { status: 409, title: 'Returns are no longer accepted' },
  payment_declined: { status: 402, title: 'The payment was declined' },
  payment_provider_unavailable: { status: 503, title: 'Payments are temporarily unavailable' },
  invalid_signature: { status: 400, title: 'The signature is not valid' },
  rate_limited: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  internal: { status: 500, title: 'Something went wrong on our side' },
};
