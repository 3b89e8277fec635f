/**
 * Makes local activities replay deterministically under any traffic. The history contains a marker for each, at the end of the workflow
 * task in which it completed, and does not record what ran concurrently:
 *
 * - Markers are written in the order of completion, which a replay need not reproduce. So the local activities of one workflow run
 * one at a time, in the order in which they were scheduled.
 * - A worker delivers the messages of a task first, and the result of a local activity later, in an activation of its own. A replay
 * delivers both in one activation, and their continuations interleave. So a result that arrives together with other jobs waits until
 * the workflow has processed those as far as it can.
 *
 * The worker's bundle loads this module as an interceptor.
 */
import { CancellationScope, condition, type WorkflowInterceptors } from '@temporalio/workflow';

/** Each round resumes everything whose condition became true; handlers wait for one another at most this many levels deep. */
const ROUNDS = 5;

/** Called once per workflow, so each has its own queue. */
export function interceptors(): WorkflowInterceptors {
  let isRunning = false;
  let isMixed = false;
  const waiting: (() => void)[] = [];

  // `isRunning` stays true when the next activity starts, so that one scheduled at this moment does not overtake it.
  const startNext = (): void => {
    const start = waiting.shift();
    if (start) start();
    else isRunning = false;
  };
  const untilIdle = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      // Temporal evaluates a condition again when nothing else can run, and does not wait for one that is true at first.
      let hasBeenEvaluated = false;
      await condition(() => {
        const isReevaluated = hasBeenEvaluated;
        hasBeenEvaluated = true;
        return isReevaluated;
      });
    }
  };
  // The next activity must start even if the caller of this one is canceled.
  const startNextWhenIdle = () => CancellationScope.nonCancellable(untilIdle).then(startNext);
  /** Starts the next activity when `activity` completes or fails. In the usual case this costs one promise. */
  const startNextAfter = (activity: Promise<unknown>): Promise<unknown> =>
    activity.then(
      (result) => {
        if (isMixed) return startNextWhenIdle().then(() => result);
        startNext();
        return result;
      },
      async (error: unknown) => {
        if (isMixed) await startNextWhenIdle();
        else startNext();
        throw error;
      },
    );

  return {
    internals: [
      {
        activate(input, next) {
          const { jobs } = input.activation;
          isMixed = (jobs?.length ?? 0) > 1;
          next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleLocalActivity(input, next) {
          if (!isRunning) {
            isRunning = true;
            return startNextAfter(next(input));
          }
          // Awaiting keeps the caller's cancellation scope, so an activity that is canceled while it is queued fails when its turn comes.
          const turn = new Promise<void>((resolve) => waiting.push(resolve));
          return (async () => {
            await turn;
            return startNextAfter(next(input));
          })();
        },
      },
    ],
  };
}
