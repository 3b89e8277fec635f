/**
 * What the Temporal Web UI shows of a workflow. It is rendered when somebody looks, not on each change: most orders are never looked
 * at (decision 0030). A rendering that fails says so in the UI, and no order stops for it.
 *
 * The worker's bundle loads this module as an interceptor.
 */
import { setCurrentDetails, type WorkflowInterceptors, workflowMetadataQuery } from '@temporalio/workflow';

/** Of this workflow: each has its own instance of this module. */
let renderDetails = (): string => '';

/** @param render the workflow's details in Markdown, at most 20 KB; called on each look */
export function showDetails(render: () => string): void {
  renderDetails = render;
}

function renderedDetails(): string {
  try {
    return renderDetails();
  } catch (error) {
    return `These details could not be rendered: ${error instanceof Error ? error.message : error}`;
  }
}

/** Called once for each workflow. */
export function interceptors(): WorkflowInterceptors {
  return {
    internals: [
      {
        activate(input, next) {
          const isLook = input.activation.jobs?.some(
            (job) => job.queryWorkflow?.queryType === workflowMetadataQuery.name,
          );
          if (isLook) setCurrentDetails(renderedDetails());
          next(input);
        },
      },
    ],
  };
}
