import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';

/** Refuses a message with a sentence that says what to do. A plain Error would fail the workflow task again and again. */
export function refuse(type: string, message: string): ApplicationFailure {
  const failure = ApplicationFailure.create({ type, message, nonRetryable: true, category: 'BENIGN' });
  // The UI's dialog would show the stack below the sentence, which is useless to staff.
  failure.stack = '';
  return failure;
}

/**
 * Runs a case to its end even if its workflow is canceled, since stopping midway could leave stock reserved and payments unfinished. To
 * cancel an order, send its `cancel` update.
 */
export function uncancelable<Result>(run: () => Promise<Result>): Promise<Result> {
  return CancellationScope.nonCancellable(run);
}
