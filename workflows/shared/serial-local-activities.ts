/**
 * Runs the local activities of one workflow one at a time, in the order in which they were asked for. Their markers are written
 * in the order of completion, which a replay need not reproduce: two at once, such as those of two updates that arrived
 * together, can leave a history that no longer replays (TMPRL1100). The worker's bundle loads this module as an interceptor.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

/** Called once for each workflow, so each has a queue of its own. */
export function interceptors(): WorkflowInterceptors {
  let isRunning = false;
  const waiting: (() => void)[] = [];

  // `isRunning` stays true when the next one's turn comes, so that one asked for at this moment does not overtake it.
  const startNext = (): void => {
    const start = waiting.shift();
    if (start) start();
    else isRunning = false;
  };
  /** @param activity what runs; however it ends, the next one starts */
  const follow = (activity: Promise<unknown>): Promise<unknown> => {
    activity.then(startNext, startNext);
    return activity;
  };

  return {
    outbound: [
      {
        scheduleLocalActivity(input, next) {
          // Nothing runs: scheduled at once, at the cost of one promise.
          if (!isRunning) {
            isRunning = true;
            return follow(next(input));
          }
          // Awaiting keeps the cancellation scope of whoever asked: one canceled meanwhile fails when its turn comes.
          const turn = new Promise<void>((resolve) => waiting.push(resolve));
          return (async () => {
            await turn;
            return follow(next(input));
          })();
        },
      },
    ],
  };
}
