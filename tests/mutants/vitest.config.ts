/** The tests that Stryker runs: tests of pure code, which need no servers. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Measuring coverage slows some tests down a lot.
    testTimeout: 60_000,
    include: [
      'domain/**/*.test.ts',
      'api/contracts/**/*.test.ts',
      'activities/email/letters/*.test.ts',
      'activities/{payments,refunds}/*.test.ts',
      'activities/recommendations/model/evaluation.test.ts',
      'workflows/**/*.test.ts',
      'storefront/src/lib/**/*.test.ts',
    ],
    exclude: [
      '**/*.integration.test.ts',
      '**/*.workflow.test.ts',
      'workflows/*/workflow.test.ts',
      '**/*.real-orders.test.ts',
    ],
  },
});
