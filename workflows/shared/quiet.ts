/**
 * Completes a workflow without losing the result of an update. When a message arrives during the task that completes a workflow, the
 * server fails that task (UnhandledCommand) and runs it again, and an update that it completed is aborted. So a workflow completes in a
 * task that completes no update, and one that receives many messages, whose last task would fail repeatedly, waits for a quiet moment.
 *
 * The worker's bundle loads this module as an interceptor, which counts the messages.
 */
import { allHandlersFinished, condition, type WorkflowInterceptors } from '@temporalio/workflow';

/** A typical reservation or order receives fewer messages. */
const MANY_MESSAGES = 8;
const QUIET_MS = 2_000;
/** Any timer ends the workflow task, however short it is. */
const ANSWERED_MS = 50;

/** State of this workflow only, because each workflow has its own instance of this module. */
let messages = 0;
let updates = 0;

export interface Ending {
  /**
   * How many updates start the workflow's work. The shop sends these again if they are aborted, so a workflow that receives no other
   * updates needs no timer.
   */
  openingUpdates?: 0 | 1;
  /** Whether a message requires more work; if so, the wait ends early and the workflow continues. */
  hasNews?: () => boolean;
}

/**
 * Waits until every message has been handled and no new one has arrived for a moment. Before it completes or continues as new, the caller
 * must check, without another `await`, whether a message requires more work.
 */
export async function untilQuiet({ openingUpdates = 0, hasNews = () => false }: Ending = {}): Promise<void> {
  await condition(allHandlersFinished);
  for (let seen = 0; seen !== messages && (messages > MANY_MESSAGES || updates > openingUpdates); ) {
    seen = messages;
    const isMany = messages > MANY_MESSAGES;
    const isNews = await condition(hasNews, isMany ? QUIET_MS : ANSWERED_MS, {
      summary: isMany ? 'until no more messages arrive' : 'until its updates are answered',
    });
    await condition(allHandlersFinished);
    if (isNews) return;
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
          updates += 1;
          return next(input);
        },
      },
    ],
  };
}
