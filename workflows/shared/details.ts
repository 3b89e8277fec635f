/**
 * The details that the Temporal Web UI shows of a workflow. They are rendered on each query, not on each change, because most orders are
 * never viewed (decision 0030). If rendering fails, the UI shows the error and the workflow continues.
 *
 * The worker's bundle loads this module as an interceptor.
 */
import { setCurrentDetails, type WorkflowInterceptors, workflowMetadataQuery } from '@temporalio/workflow';
import { withoutMath } from './markdown.ts';

/** State of this workflow only, because each workflow has its own instance of this module. */
let renderDetails = (): string => '';

/** @param render returns the workflow's details in Markdown, at most 20 KB; called on each query */
export function showDetails(render: () => string): void {
  renderDetails = render;
}

function renderedDetails(): string {
  try {
    return withoutMath(renderDetails());
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
          const isQueried = input.activation.jobs?.some(
            (job) => job.queryWorkflow?.queryType === workflowMetadataQuery.name,
          );
          if (isQueried) setCurrentDetails(renderedDetails());
          next(input);
        },
      },
    ],
  };
}
