/**
 * Every currency that Stripe supports, its minor unit, and how Stripe represents its amounts.
 *
 * Sources: the list of currencies, the zero-decimal and three-decimal lists, and the special cases are those of
 * https://docs.stripe.com/currencies (read 2026-11-29); minor units are those of ISO 4217, list one
 * (https://www.six-group.com/en/products-services/financial-information/data-standards.html). `currencies.test.ts` compares every
 * entry with the ISO 4217 data of the npm package `currency-codes` and names each difference.
 */

/** Charged by Stripe, with two decimals unless listed below. STD left ISO 4217 in 2018; Stripe still lists it. */
const CODES =
  'aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc ' +
  'cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs ' +
  'khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr ' +
  'pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs ' +
  'uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw';

const ZERO_DECIMALS = 'bif clp djf gnf isk jpy kmf krw pyg rwf ugx vnd vuv xaf xof xpf';
const THREE_DECIMALS = 'bhd jod kwd omr tnd';

/**
 * Decimals that Stripe uses where they differ from ISO 4217. ISK and UGX lost their decimals; Stripe keeps two, which are always 00.
 * ISO gives the ariary (MGA) two decimals, since it has five iraimbilanja; Stripe charges whole ariary.
 * (HUF and TWD are special for payouts only: charges have two decimals, as in ISO.)
 */
const STRIPE_DECIMALS: Readonly<Record<string, number>> = { isk: 2, ugx: 2, mga: 0 };

interface Currency {
  minorDigits: number;
  stripeDigits: number;
  /** Amounts in our minor units that Stripe can charge are multiples of this. */
  chargeStep: number;
}

const CURRENCIES: ReadonlyMap<string, Currency> = new Map(
  CODES.split(' ').map((code) => {
    const three = THREE_DECIMALS.split(' ').includes(code);
    const minorDigits = three ? 3 : ZERO_DECIMALS.split(' ').includes(code) ? 0 : 2;
    const stripeDigits = STRIPE_DECIMALS[code] ?? minorDigits;
    // Card networks accept a third decimal only if it is 0.
    const chargeStep = three ? 10 : 10 ** Math.max(0, minorDigits - stripeDigits);
    return [code, { minorDigits, stripeDigits, chargeStep }];
  }),
);

/** Lower-case codes, in alphabetical order. */
export const CURRENCY_CODES: readonly string[] = [...CURRENCIES.keys()];

/** Whether this is the lower-case code of a currency that Stripe supports. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}

/** @throws RangeError when the code is unknown: guessing two decimals would charge a hundred times too much, or too little */
function currencyOf(code: string): Currency {
  const currency = CURRENCIES.get(code.toLowerCase());
  if (!currency) throw new RangeError(`not a currency that Stripe supports: ${code}`);
  return currency;
}

/** Decimals of the currency's minor unit (ISO 4217), in which we compute and store. @throws RangeError when the code is unknown */
export function minorDigits(code: string): number {
  return currencyOf(code).minorDigits;
}

/** Whether Stripe can charge or refund exactly this amount of minor units. */
export function isChargeable(amountCents: number, code: string): boolean {
  return amountCents % currencyOf(code).chargeStep === 0;
}

/** The smallest step between amounts that Stripe can charge, in our minor units: 10 for KWD, 100 for MGA, otherwise 1. */
export function chargeStep(code: string): number {
  return currencyOf(code).chargeStep;
}

/**
 * Our minor units → the integer that Stripe's API takes: 500 ISK are 50000 there.
 * @throws RangeError when Stripe cannot charge exactly this amount
 */
export function toStripeAmount(amountCents: number, code: string): number {
  if (!Number.isSafeInteger(amountCents)) throw new RangeError(`not an amount in minor units: ${amountCents}`);
  if (!isChargeable(amountCents, code)) {
    throw new RangeError(
      `${code.toUpperCase()} is charged in steps of ${chargeStep(code)} minor units: ${amountCents}`,
    );
  }
  return shift(amountCents, stripeShift(code), code);
}

/**
 * The integer of Stripe's API → our minor units.
 * @throws RangeError when the amount is not a whole number of our minor units (a fraction of an ISK)
 */
export function fromStripeAmount(stripeAmount: number, code: string): number {
  if (!Number.isSafeInteger(stripeAmount)) throw new RangeError(`not an amount of Stripe’s: ${stripeAmount}`);
  return shift(stripeAmount, -stripeShift(code), code);
}

function stripeShift(code: string): number {
  const { minorDigits, stripeDigits } = currencyOf(code);
  return stripeDigits - minorDigits;
}

/** Moves the decimal point, exactly. */
function shift(amount: number, digits: number, code: string): number {
  const moved = digits >= 0 ? amount * 10 ** digits : amount / 10 ** -digits;
  if (!Number.isSafeInteger(moved)) throw new RangeError(`no whole amount of ${code.toUpperCase()}: ${amount}`);
  return moved;
}
