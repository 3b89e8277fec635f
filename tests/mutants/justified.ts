/** Mutants that no test needs to kill because their effect can't be observed. Keep this list short; a missing test is no justification. */

export interface Justified {
  file: string;
  /** The original code and its replacement, as in Stryker's report; line breaks and indentation don't matter. */
  original: string;
  replacement: string;
  reason: string;
}

const TWO_DIGITS =
  'Amounts shift by at most two digits, and for whole results multiplying by 0.01 and dividing by 100 give the same number.';
const ALWAYS_MATCHES = 'The expression matches every text from the start, so its groups are never missing.';
const NOTHING = 'A function that returns nothing returns undefined.';
const IS_PROBLEM = 'sentence() has already thrown errors that are not problems; this check is only for the compiler.';
const NO_CODE = 'The API’s responses contain the path and the message of an issue, but not its code.';

export const JUSTIFIED: readonly Justified[] = [
  ...['true', 'false', 'digits > 0', 'digits < 0'].map((replacement) => ({
    file: 'domain/currencies.ts',
    original: 'digits >= 0',
    replacement,
    reason: TWO_DIGITS,
  })),
  {
    file: 'domain/money.ts',
    original: '!format',
    replacement: 'true',
    reason: 'Creating the format again gives the same output; it is only slower.',
  },
  {
    file: 'domain/order-state.ts',
    original: "'have its payment rechecked'",
    replacement: '""',
    reason: 'Only refusals use this text, and a payment can be rechecked in every status.',
  },
  {
    file: 'domain/refund.ts',
    original: '(sums.get(productId) ?? 0) + quantity',
    replacement: '(sums.get(productId) ?? 0) - quantity',
    reason: 'Both of the compared sums become negative.',
  },
  ...['api/contracts/analytics.ts', 'api/contracts/catalog.ts'].map((file) => ({
    file,
    original: "'custom'",
    replacement: '""',
    reason: NO_CODE,
  })),
  {
    file: 'storefront/src/lib/after-purchase.ts',
    original: 'order.returns_until !== null',
    replacement: 'true',
    reason: 'Date.parse(null) is NaN, for which the comparison is false; this check is only for the compiler.',
  },
  {
    file: 'storefront/src/lib/catalog-query.ts',
    original: 'page >= 1',
    replacement: 'page > 1',
    reason: 'The result for an invalid page is page 1 as well.',
  },
  {
    file: 'storefront/src/lib/server/accounts.ts',
    original: "'guest'",
    replacement: '""',
    reason: 'A caller that is neither “shopper” nor “anyone” is a guest.',
  },
  ...['cancel-form', 'refund-form'].map((name) => ({
    file: `storefront/src/lib/server/${name}.ts`,
    original: '!isProblem(error)',
    replacement: 'false',
    reason: IS_PROBLEM,
  })),
  {
    file: 'storefront/src/lib/server/forms.ts',
    original: 'next !== null',
    replacement: 'true',
    reason:
      'The expression converts null to the text “null”, which is not a path either; this check is only for the compiler.',
  },
  ...['payment-return', 'refund-form'].map((name) => ({
    file: `storefront/src/lib/server/${name}.ts`,
    original: 'default: return undefined;',
    replacement: 'default:',
    reason: NOTHING,
  })),
  {
    file: 'storefront/src/lib/server/requests.ts',
    original: '{ return undefined; }',
    replacement: '{}',
    reason: NOTHING,
  },
  {
    file: 'storefront/src/lib/server/problem.ts',
    original: "'about:blank'",
    replacement: '""',
    reason: 'ApiProblem does not store the type; only the contract requires one.',
  },
  {
    file: 'storefront/src/lib/server/requests.ts',
    original: 'host === null',
    replacement: 'false',
    reason: 'The expression converts null to the text “null”, which is not a loopback name either.',
  },
  ...["''", '[]'].map((original) => ({
    file: 'storefront/src/lib/server/requests.ts',
    original,
    replacement: original === '[]' ? '["Stryker was here"]' : '"Stryker was here!"',
    reason: ALWAYS_MATCHES,
  })),
  {
    file: 'storefront/src/lib/server/requests.ts',
    original: '/^(.*?)(?::(\\d+))?$/',
    replacement: '/(.*?)(?::(\\d+))?$/',
    reason: ALWAYS_MATCHES,
  },
  {
    file: 'storefront/src/lib/server/security-headers.ts',
    original: "''",
    replacement: '"Stryker was here!"',
    reason: 'Splitting a text always returns a first part.',
  },
];
