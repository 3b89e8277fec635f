/**
 * A workflow that ends while messages pour in has its last task failed by the server (UnhandledCommand) and does it again, over and
 * over, until none comes in between. So one that got many messages ends, or goes on as a new run, only after a quiet moment.
 * The worker's bundle loads this module as an interceptor, which counts them.
 */
import { allHandlersFinished, condition, sleep, type WorkflowInterceptors } from '@temporalio/workflow';

/** A reservation or an order on its usual way gets fewer, and ends at once. */
const MANY_MESSAGES = 8;
const QUIET_MS = 2_000;

/** Of this workflow: each has its own instance of this module. */
let messages = 0;

/**
 * Waits until every message was answered and none has come for a moment. Whoever ends a workflow looks after this, and without a wait
 * of its own, whether one of them has left something to do.
 */
export async function untilQuiet(): Promise<void> {
  await condition(allHandlersFinished);
  if (messages <= MANY_MESSAGES) return;
  for (let seen = -1; seen !== messages; ) {
    seen = messages;
    await sleep(QUIET_MS, { summary: 'until no more messages arrive' });
    await condition(allHandlersFinished);
  }
}

/** Called once for each workflow. */
export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [
      {
        handleSignal(input, next) {
          messages += 1;
          return next(input);
        },
        handleUpdate(input, next) {
          messages += 1;
          return next(input);
        },
      },
    ],
  };
}
