/** Payment methods: cards by number, by test token, or created earlier. */
import type Stripe from 'stripe';
import type { Answer, Call, Standin } from './call.ts';
import { findByFingerprint, findByNumber, findByToken, fingerprintOf, isCardNumber, type TestCard } from './cards.ts';
import { nowSeconds } from './clock.ts';
import { cardError, invalidParameter, resourceMissing } from './errors.ts';
import { newId } from './ids.ts';
import { mergeMetadata, type Parameters } from './parameters.ts';

interface Expiry {
  month: number;
  year: number;
}

function laterExpiry(): Expiry {
  return { month: 12, year: new Date().getUTCFullYear() + 3 };
}

function billingDetails(parameters: Parameters | undefined): Stripe.PaymentMethod.BillingDetails {
  const address = parameters?.object('address');
  return {
    address: {
      city: address?.text('city') ?? null,
      country: address?.text('country') ?? null,
      line1: address?.text('line1') ?? null,
      line2: address?.text('line2') ?? null,
      postal_code: address?.text('postal_code') ?? null,
      state: address?.text('state') ?? null,
    },
    email: parameters?.text('email') ?? null,
    name: parameters?.text('name') ?? null,
    phone: parameters?.text('phone') ?? null,
    tax_id: parameters?.text('tax_id') ?? null,
  };
}

function build(
  card: TestCard,
  expiry: Expiry,
  billing: Stripe.PaymentMethod.BillingDetails,
  metadata: Record<string, string>,
): Stripe.PaymentMethod {
  return {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: billing,
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: billing.address?.line1 ? 'pass' : null,
        address_postal_code_check: billing.address?.postal_code ? 'pass' : null,
        cvc_check: card.cvcCheck,
      },
      country: 'US',
      display_brand: card.brand,
      exp_month: expiry.month,
      exp_year: expiry.year,
      fingerprint: fingerprintOf(card),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: nowSeconds(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata,
    type: 'card',
  };
}

function invalidCard(code: string, param: string, message: string) {
  return cardError({ code, param, message });
}

function readExpiry(card: Parameters): Expiry {
  const month = card.requiredInteger('exp_month');
  const givenYear = card.requiredInteger('exp_year');
  const year = givenYear >= 0 && givenYear < 100 ? 2000 + givenYear : givenYear;
  const now = new Date();
  const thisYear = now.getUTCFullYear();
  const wrongMonth = month < 1 || month > 12 || (year === thisYear && month < now.getUTCMonth() + 1);
  if (year < thisYear || year > thisYear + 50) {
    throw invalidCard('invalid_expiry_year', card.nameOf('exp_year'), "Your card's expiration year is invalid.");
  }
  if (wrongMonth) {
    throw invalidCard('invalid_expiry_month', card.nameOf('exp_month'), "Your card's expiration month is invalid.");
  }
  return { month, year };
}

function readCard(parameters: Parameters): { card: TestCard; expiry: Expiry } {
  const token = parameters.text('token');
  if (token !== undefined) {
    const card = findByToken(token);
    if (!card) throw resourceMissing('token', token, parameters.nameOf('token'), 400);
    return { card, expiry: laterExpiry() };
  }
  const digits = parameters.requiredText('number').replaceAll(/[\s-]/g, '');
  const cvc = parameters.text('cvc');
  if (!isCardNumber(digits)) {
    throw invalidCard('incorrect_number', parameters.nameOf('number'), 'Your card number is incorrect.');
  }
  const expiry = readExpiry(parameters);
  const card = findByNumber(digits);
  const cvcLength = card?.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/;
  if (cvc !== undefined && !cvcLength.test(cvc)) {
    throw invalidCard('invalid_cvc', parameters.nameOf('cvc'), "Your card's security code is invalid.");
  }
  if (!card) {
    throw cardError({
      code: 'card_declined',
      decline_code: 'test_mode_live_card',
      message:
        'Your card was declined. Your request was in test mode, but used a non test card. ' +
        'For a list of valid test cards, visit: https://stripe.com/docs/testing.',
    });
  }
  return { card, expiry };
}

/** Creates a payment method from `type=card&card[number]=…`, in a request's body or its `payment_method_data`. */
export function createPaymentMethod(standin: Standin, parameters: Parameters): Stripe.PaymentMethod {
  const type = parameters.requiredText('type');
  if (type !== 'card')
    throw invalidParameter(parameters.nameOf('type'), `The stand-in serves cards only, not ${type}.`);
  const cardParameters = parameters.object('card');
  if (!cardParameters) throw invalidParameter(parameters.nameOf('card'), 'Missing required param: card.');
  parameters.ignore('allow_redisplay', 'radar_options');
  const billing = billingDetails(parameters.object('billing_details'));
  const { card, expiry } = readCard(cardParameters);
  const metadata = mergeMetadata({}, parameters.metadata());
  const method = build(card, expiry, billing, metadata);
  standin.store.paymentMethods.insert(method);
  return method;
}

/** Finds a payment method by ID; a test token such as `pm_card_visa` creates a new one. @throws ApiError */
export function resolvePaymentMethod(standin: Standin, id: string): Stripe.PaymentMethod {
  const card = findByToken(id);
  if (card && id.startsWith('pm_')) {
    const method = build(card, laterExpiry(), billingDetails(undefined), {});
    standin.store.paymentMethods.insert(method);
    return method;
  }
  const method = standin.store.paymentMethods.get(id);
  if (!method) throw resourceMissing('PaymentMethod', id, 'payment_method', 400);
  return method;
}

/** The test card of a payment method, which determines the bank's behavior. */
export function testCardOf(method: Stripe.PaymentMethod): TestCard {
  const card = findByFingerprint(method.card?.fingerprint);
  if (!card) throw new Error(`payment method ${method.id} does not belong to a known test card`);
  return card;
}

export function createPaymentMethodRoute(call: Call): Answer {
  call.parameters.ignore('expand');
  const method = createPaymentMethod(call.standin, call.parameters);
  call.parameters.finish();
  return { status: 200, body: JSON.stringify(method) };
}

export function retrievePaymentMethodRoute(call: Call): Answer {
  call.parameters.ignore('expand');
  call.parameters.finish();
  const method = call.standin.store.paymentMethods.get(call.id);
  if (!method) throw resourceMissing('PaymentMethod', call.id, 'payment_method');
  return { status: 200, body: JSON.stringify(method) };
}
