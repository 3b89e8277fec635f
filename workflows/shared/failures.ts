import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';

/** Refuses a message with a sentence to act on. A plain Error would fail the workflow task for ever. */
export function refuse(type: string, message: string): ApplicationFailure {
  const failure = ApplicationFailure.create({ type, message, nonRetryable: true, category: 'BENIGN' });
  // The UI's dialog shows a stack below the sentence: lines that tell staff nothing.
  failure.stack = '';
  return failure;
}

/**
 * Runs a case to its end although somebody cancels its workflow: that would leave stock reserved and money in between. An order is
 * canceled by its own update.
 */
export function uncancelable<Result>(run: () => Promise<Result>): Promise<Result> {
  return CancellationScope.nonCancellable(run);
}
