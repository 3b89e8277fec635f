import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Modules that change how every workflow runs: whoever runs or replays workflows needs them too. */
const workflowInterceptorModules = ['serial-local-activities', 'quiet'].map((name) =>
  pathOf(`../workflows/shared/${name}.ts`),
);

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
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
}
