import { defaultPayloadConverter } from '@temporalio/common';
import type { Services } from '../../infra/services.ts';

/** The search attributes by which a workflow is found now. */
export async function attributesOf(
  { temporal }: Pick<Services, 'temporal'>,
  workflowId: string,
): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await temporal.workflow.getHandle(workflowId).describe();
  // Temporal adds its own, such as the version of the worker.
  const own = typedSearchAttributes.getAll().filter(({ key }) => !/^(Build|Temporal)/.test(key.name));
  return Object.fromEntries(own.map(({ key, value }) => [key.name, value]));
}

/** The search attributes with which a workflow was started, before it set any itself. */
export async function startAttributes(
  { temporal }: Pick<Services, 'temporal'>,
  workflowId: string,
): Promise<Record<string, unknown>> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const fields = events?.[0]?.workflowExecutionStartedEventAttributes?.searchAttributes?.indexedFields ?? {};
  return Object.fromEntries(
    Object.entries(fields).map(([name, payload]) => [name, defaultPayloadConverter.fromPayload(payload)]),
  );
}
