/**
 * Stripe's published test cards and their tokens. A number is read once and never stored: only the brand, the last four digits, and a
 * fingerprint remain, by which the card's behavior is found again.
 */
import type { DisputeReason } from './dispute-object.ts';
import { digestText } from './ids.ts';

export interface Decline {
  code: string;
  /** Absent for codes that need no further detail. */
  declineCode: string;
  message: string;
}

export interface TestCard {
  number: string;
  brand: 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay';
  funding: 'credit' | 'debit' | 'prepaid';
  /** Present when the bank declines the charge (after authentication, if required). */
  decline?: Decline;
  /** Whether the shopper must authenticate with the bank first. */
  authentication: boolean;
  /** The delayed outcome of a refund; absent when it succeeds immediately. */
  laterRefund?: 'succeeded' | 'failed';
  /** The reason of a delayed dispute; absent when the payment is not disputed. */
  laterDispute?: DisputeReason;
  cvcCheck: 'pass' | 'fail';
  tokens: readonly string[];
}

const DECLINES = {
  generic: { code: 'card_declined', declineCode: 'generic_decline', message: 'Your card was declined.' },
  insufficient: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  lost: { code: 'card_declined', declineCode: 'lost_card', message: 'Your card was declined.' },
  stolen: { code: 'card_declined', declineCode: 'stolen_card', message: 'Your card was declined.' },
  fraudulent: { code: 'card_declined', declineCode: 'fraudulent', message: 'Your card was declined.' },
  velocity: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  },
  expired: { code: 'expired_card', declineCode: 'expired_card', message: 'Your card has expired.' },
  cvc: { code: 'incorrect_cvc', declineCode: 'incorrect_cvc', message: "Your card's security code is incorrect." },
  processing: {
    code: 'processing_error',
    declineCode: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
} as const satisfies Record<string, Decline>;

function card(number: string, tokens: string[], differences: Partial<TestCard> = {}): TestCard {
  return { number, tokens, brand: 'visa', funding: 'credit', authentication: false, cvcCheck: 'pass', ...differences };
}

const CARDS: readonly TestCard[] = [
  card('4242424242424242', ['visa']),
  card('4000056655665556', ['visa_debit'], { funding: 'debit' }),
  card('5555555555554444', ['mastercard'], { brand: 'mastercard' }),
  card('2223003122003222', [], { brand: 'mastercard' }),
  card('5200828282828210', ['mastercard_debit'], { brand: 'mastercard', funding: 'debit' }),
  card('5105105105105100', ['mastercard_prepaid'], { brand: 'mastercard', funding: 'prepaid' }),
  card('378282246310005', ['amex'], { brand: 'amex' }),
  card('371449635398431', [], { brand: 'amex' }),
  card('6011111111111117', ['discover'], { brand: 'discover' }),
  card('6011000990139424', [], { brand: 'discover' }),
  card('3056930009020004', ['diners'], { brand: 'diners' }),
  card('36227206271667', [], { brand: 'diners' }),
  card('3566002020360505', ['jcb'], { brand: 'jcb' }),
  card('6200000000000005', ['unionpay'], { brand: 'unionpay' }),
  card('4000000000000077', ['bypassPending']),
  card('4000000000000002', ['visa_chargeDeclined', 'chargeDeclined'], { decline: DECLINES.generic }),
  card('4000000000009995', ['visa_chargeDeclinedInsufficientFunds', 'chargeDeclinedInsufficientFunds'], {
    decline: DECLINES.insufficient,
  }),
  card('4000000000009987', ['visa_chargeDeclinedLostCard', 'chargeDeclinedLostCard'], { decline: DECLINES.lost }),
  card('4000000000009979', ['visa_chargeDeclinedStolenCard', 'chargeDeclinedStolenCard'], {
    decline: DECLINES.stolen,
  }),
  card('4000000000006975', ['visa_chargeDeclinedVelocityLimitExceeded', 'chargeDeclinedVelocityLimitExceeded'], {
    decline: DECLINES.velocity,
  }),
  card('4100000000000019', ['radarBlock', 'chargeDeclinedFraudulent'], { decline: DECLINES.fraudulent }),
  card('4000000000000069', ['chargeDeclinedExpiredCard'], { decline: DECLINES.expired }),
  card('4000000000000127', ['chargeDeclinedIncorrectCvc'], { decline: DECLINES.cvc, cvcCheck: 'fail' }),
  card('4000000000000119', ['chargeDeclinedProcessingError'], { decline: DECLINES.processing }),
  card('4000002500003155', ['authenticationRequiredOnSetup'], { authentication: true }),
  card('4000002760003184', ['authenticationRequired'], { authentication: true }),
  card('4000003800000446', ['authenticationRequiredSetupForOffSession'], { authentication: true }),
  card('4000008260003178', ['authenticationRequiredChargeDeclinedInsufficientFunds'], {
    authentication: true,
    decline: DECLINES.insufficient,
  }),
  card('4000008400001629', ['threeDSecureRequiredChargeDeclined'], {
    authentication: true,
    decline: DECLINES.generic,
  }),
  card('4000000000007726', ['pendingRefund'], { laterRefund: 'succeeded' }),
  card('4000000000005126', ['refundFail'], { laterRefund: 'failed' }),
  card('4000000000000259', ['createDispute', 'visa_createDispute'], { laterDispute: 'fraudulent' }),
  card('4000000000002685', ['createDisputeProductNotReceived', 'visa_createDisputeProductNotReceived'], {
    laterDispute: 'product_not_received',
  }),
];

const byNumber = new Map(CARDS.map((entry) => [entry.number, entry]));
const byToken = new Map(CARDS.flatMap((entry) => entry.tokens.map((token) => [token, entry] as const)));
const byFingerprint = new Map(CARDS.map((entry) => [fingerprintOf(entry), entry]));

/** The same card always has the same fingerprint. Only published test numbers have one. */
export function fingerprintOf(entry: TestCard): string {
  return digestText(`stripe stand-in card ${entry.number}`);
}

export function findByNumber(digits: string): TestCard | undefined {
  return byNumber.get(digits);
}

/** Finds a card by `pm_card_visa` or `tok_visa`; undefined when it is not one of Stripe's test tokens. */
export function findByToken(token: string): TestCard | undefined {
  const name = /^(?:pm_card_|tok_)(.+)$/.exec(token)?.[1];
  return name === undefined ? undefined : byToken.get(name);
}

export function findByFingerprint(fingerprint: string | null | undefined): TestCard | undefined {
  return fingerprint ? byFingerprint.get(fingerprint) : undefined;
}

/** Whether the digits are a valid card number (Luhn, 12–19 digits). */
export function isCardNumber(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
