/** Rules that match a payment to the order that it names. */

export const UNMATCHED_REASONS = ['other_intent', 'wrong_amount', 'wrong_currency'] as const;
export type UnmatchedReason = (typeof UNMATCHED_REASONS)[number];

/** Request ID of the refund of a payment that arrived after the items were gone. */
export const LATE_PAYMENT_REQUEST = 'paid-too-late';

export interface PayableOrder {
  paymentIntentId: string | null;
  /** Amount due by card, in minor units of `currency`. */
  totalCents: number;
  currency: string;
}

export interface ReceivedPayment {
  paymentIntentId: string;
  receivedCents: number;
  currency: string;
}

/** Why a succeeded payment doesn't match its order; undefined when it matches. Amounts are in minor units. */
export function mismatchOf(order: PayableOrder, payment: ReceivedPayment): UnmatchedReason | undefined {
  if (payment.paymentIntentId !== order.paymentIntentId) return 'other_intent';
  if (payment.currency !== order.currency) return 'wrong_currency';
  return payment.receivedCents === order.totalCents ? undefined : 'wrong_amount';
}

/** Descriptions for staff. */
export const UNMATCHED_IN_WORDS: Readonly<Record<UnmatchedReason, string>> = {
  other_intent: 'it is not the payment that was created for the order',
  wrong_amount: 'its amount differs from the amount due',
  wrong_currency: 'its currency differs from the order’s currency',
};

/**
 * Stripe's payment methods that confirm or fail within minutes, so that a reservation can wait for them. Bank debits and vouchers (SEPA,
 * ACH, Bacs, BECS, Boleto, OXXO, Konbini, …) are not offered: they take days, during which unpaid stock would stay reserved.
 * Source: docs.stripe.com/payments/payment-methods/payment-method-support ("Payment confirmation": immediate), November 2026.
 */
export const IMMEDIATE_PAYMENT_METHODS = [
  'card',
  'link',
  'alipay',
  'amazon_pay',
  'bancontact',
  'blik',
  'cashapp',
  'eps',
  'grabpay',
  'ideal',
  'kakao_pay',
  'klarna',
  'mobilepay',
  'naver_pay',
  'p24',
  'paypal',
  'revolut_pay',
  'satispay',
  'swish',
  'twint',
  'wechat_pay',
] as const;
