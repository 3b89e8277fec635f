import { workflowInfo } from '@temporalio/workflow';
import { unknownTypeText } from '../domain/workflow-types.ts';
import { refuseStart } from './shared/start-form.ts';

/** Runs for a workflow type that the shop does not have, and ends it. */
export default async function unknownType(): Promise<never> {
  return refuseStart(unknownTypeText(workflowInfo().workflowType));
}
