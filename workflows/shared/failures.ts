import { ApplicationFailure } from '@temporalio/workflow';

/** Refuses a message with a sentence to act on. A plain Error would fail the workflow task for ever. */
export function refuse(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, category: 'BENIGN' });
}
