/**
 * Makes local activities replay under any traffic. The history holds a marker for each, at the end of the task in which it ended,
 * and nothing of what it ran beside:
 *
 * - Markers are written in the order of completion, which a replay need not reproduce. So the local activities of one workflow run
 *   one at a time, in the order in which they were asked for.
 * - A worker gives a workflow the messages of a task first, and the result of a local activity in an activation of its own, later.
 *   A replay gives both at once, and their continuations interleave. So a result that comes together with something else waits until
 *   the workflow has done all that it can do about that.
 *
 * The worker's bundle loads this module as an interceptor.
 */
import { CancellationScope, condition, type WorkflowInterceptors } from '@temporalio/workflow';

/** Each lets everything run on that a condition holds back; handlers wait for one another at most this deep. */
const ROUNDS = 5;

/** Called once for each workflow, so each has a queue of its own. */
export function interceptors(): WorkflowInterceptors {
  let isRunning = false;
  let isMixed = false;
  const waiting: (() => void)[] = [];

  // `isRunning` stays true when the next one's turn comes, so that one asked for at this moment does not overtake it.
  const startNext = (): void => {
    const start = waiting.shift();
    if (start) start();
    else isRunning = false;
  };
  const untilOthersWait = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      // Conditions are looked at again when nothing else can run; one that is true at once would not be waited for.
      let isSecondLook = false;
      await condition(() => {
        const was = isSecondLook;
        isSecondLook = true;
        return was;
      });
    }
  };
  // A cancellation of whoever asked must not keep the next one from starting.
  const afterOthers = () => CancellationScope.nonCancellable(untilOthersWait).then(startNext);
  /** @param activity what runs; however it ends, the next one starts. On the usual way this costs one promise. */
  const follow = (activity: Promise<unknown>): Promise<unknown> =>
    activity.then(
      (result) => {
        if (isMixed) return afterOthers().then(() => result);
        startNext();
        return result;
      },
      async (error: unknown) => {
        if (isMixed) await afterOthers();
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
