/** Mutants that no test needs to kill because their effect can't be observed. Keep this list short; a missing test is no justification. */

export interface Justified {
  file: string;
  /** The original code and its replacement, as in Stryker's report; line breaks and indentation don't matter. */
  original: string;
  replacement: string;
  reason: string;
}

const TWO_DIGITS =
  'A currency’s amounts move by two digits at most, and whole results are the same multiplied by 0.01 and divided by 100.';
const ALWAYS_MATCHES = 'The expression matches every text from its beginning, and its groups are then never missing.';
const NOTHING = 'A function that returns nothing returns undefined.';
const IS_PROBLEM = 'sentence() has thrown what is no problem; the line tells the compiler so.';
const NO_CODE = 'The API answers with the path and the message of an issue, not with its code.';

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
    reason: 'A format that is made anew formats the same; it only takes longer.',
  },
  {
    file: 'domain/order-state.ts',
    original: "'have its payment rechecked'",
    replacement: '""',
    reason: 'A payment can be looked up in every status: nobody is refused that.',
  },
  {
    file: 'domain/refund.ts',
    original: '(sums.get(productId) ?? 0) + quantity',
    replacement: '(sums.get(productId) ?? 0) - quantity',
    reason: 'Both sums that are compared turn negative.',
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
    reason: 'The date of null is not a number, and comes before no time; the line tells the compiler so.',
  },
  {
    file: 'storefront/src/lib/catalog-query.ts',
    original: 'page >= 1',
    replacement: 'page > 1',
    reason: 'What is no page of the list is page 1.',
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
    reason: 'The expression takes null for the text “null”, which is no path either; the line tells the compiler so.',
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
    reason: 'ApiProblem keeps no type; the contract asks for one.',
  },
  {
    file: 'storefront/src/lib/server/requests.ts',
    original: 'host === null',
    replacement: 'false',
    reason: 'The expression takes null for the text “null”, which is no name of this machine either.',
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
    reason: 'A text that is split has a first part.',
  },
];
