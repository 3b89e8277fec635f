/**
 * A workflow that ends while messages pour in has its last task failed by the server (UnhandledCommand) and does it again, over and
 * over, until none comes in between. So one that got many messages ends, or goes on as a new run, only after a quiet moment.
 * The worker's bundle loads this module as an interceptor.
 */
import { sleep, type WorkflowInterceptors } from '@temporalio/workflow';

/** A reservation or an order on its usual way gets fewer, and ends at once. */
const MANY_MESSAGES = 8;
const QUIET_MS = 2_000;

/** Called once for each workflow. */
export function interceptors(): WorkflowInterceptors {
  let messages = 0;
  const untilQuiet = async (): Promise<void> => {
    if (messages <= MANY_MESSAGES) return;
    for (let seen = -1; seen !== messages; ) {
      seen = messages;
      await sleep(QUIET_MS, { summary: 'until no more messages arrive' });
    }
  };
  return {
    inbound: [
      {
        async execute(input, next) {
          try {
            return await next(input);
          } finally {
            await untilQuiet();
          }
        },
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
