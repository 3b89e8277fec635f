import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Interceptor modules that apply to every workflow; running and replaying workflows both require them. */
const workflowInterceptorModules = ['serial-local-activities', 'quiet', 'details'].map((name) =>
  pathOf(`../workflows/shared/${name}.ts`),
);

/**
 * Modules that a thread loads once, while others are loaded again for each workflow. All workflows would share their state, so they must
 * have no state, and must not import modules that have (`shared/quiet.ts`, `shared/details.ts`).
 */
const preloadModules = globSync(['domain/*.ts', 'workflows/*/{messages,case-details}.ts'], {
  cwd: pathOf('..'),
  exclude: ['**/*.test.ts'],
}).map((file) => pathOf(`../${file}`));

/**
 * Bundles the workflows. The build fails if they import a Node-only module.
 * @param workflowsPath the shop's workflows, or those of a test
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
