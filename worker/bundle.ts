import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Modules that change how every workflow runs: whoever runs or replays workflows needs them too. */
const workflowInterceptorModules = ['serial-local-activities', 'quiet', 'details'].map((name) =>
  pathOf(`../workflows/shared/${name}.ts`),
);

/**
 * Modules that a thread loads once, while others are loaded again for each workflow. All workflows would share their state, so they
 * have none, and import nothing that has (`shared/quiet.ts`, `shared/details.ts`).
 */
const preloadModules = globSync(['domain/*.ts', 'workflows/*/{messages,case-details}.ts'], {
  cwd: pathOf('..'),
  exclude: ['**/*.test.ts'],
}).map((file) => pathOf(`../${file}`));

/**
 * Bundles the workflows, with whatever Node-only import they must not have failing the build.
 * @param workflowsPath the shop's workflows, or a test's
 */
export function buildWorkflowBundle(
  workflowsPath: string = pathOf('../workflows/index.ts'),
): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules,
    preloadModules,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
}
