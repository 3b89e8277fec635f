/** The domain's only error class: a stable code, whether a retry can help, and details for the caller. It knows nothing of HTTP. */

export const ERROR_CODES = [
  'invalid_request',
  'unauthenticated',
  'invalid_credentials',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'email_taken',
  'conflict',
  'idempotency_key_reused',
  'out_of_stock',
  'stock_unavailable',
  'stock_changed',
  'reservation_ended',
  'reservation_limit',
  'cart_empty',
  'currency_mismatch',
  'order_not_cancelable',
  'order_not_refundable',
  'refund_exceeds_charge',
  'return_window_closed',
  'payment_declined',
  'payment_provider_unavailable',
  'invalid_signature',
  'rate_limited',
  'unavailable',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface DomainErrorOptions {
  /** Whether the same call may succeed later, unchanged. */
  retryable?: boolean;
  /** Facts the caller can act on; must be JSON and free of personal data. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

export class DomainError extends Error {
  override name = 'DomainError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}
