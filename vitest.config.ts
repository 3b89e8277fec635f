/** A test file's name determines its project; `tests/run.ts` (npm test) starts the servers that each project needs. */
import { defineConfig } from 'vitest/config';
import { QuickestFirst } from './tests/mutants/quickest-first.ts';

const WORKFLOWS = ['**/*.workflow.test.ts', 'workflows/**/workflow.test.ts'];
const INTEGRATION = ['**/*.integration.test.ts'];
const END_TO_END = ['tests/e2e/**/*.test.ts'];
/** Real orders are not part of this repository; set ONLINE_RETAIL_CSV to a file with them to run these tests. */
const WITHOUT_ORDERS = process.env.ONLINE_RETAIL_CSV ? [] : ['**/*.real-orders.test.ts'];
const NEVER = ['**/node_modules/**', '**/build/**', '**/.svelte-kit/**', '.local/**', ...WITHOUT_ORDERS];

export default defineConfig({
  test: {
    sequence: process.env.TEST_ORDER === 'quickest' ? { sequencer: QuickestFirst } : {},
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...NEVER, ...WORKFLOWS, ...INTEGRATION, ...END_TO_END],
        },
      },
      {
        test: {
          name: 'workflows',
          include: WORKFLOWS,
          exclude: NEVER,
          // Each file starts its own test server, and building a workflow bundle takes seconds.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: INTEGRATION,
          exclude: NEVER,
          // The files share the servers of the test profile.
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: END_TO_END,
          exclude: NEVER,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // A page on a busy machine may take seconds to respond to a click.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
