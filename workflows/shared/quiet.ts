/**
 * Ends a workflow without losing the answer to an update. When a message arrives during the task that ends a workflow, the server
 * fails that task (UnhandledCommand): it is done again, and an update answered in it is aborted. So a workflow ends in a task that
 * answers none; and one that gets many messages, whose last task would fail over and over, ends after a quiet moment.
 *
 * The worker's bundle loads this module as an interceptor, which counts the messages.
 */
import { allHandlersFinished, condition, type WorkflowInterceptors } from '@temporalio/workflow';

/** A reservation or an order on its usual way gets fewer. */
const MANY_MESSAGES = 8;
const QUIET_MS = 2_000;
/** Any timer ends the task. */
const ANSWERED_MS = 50;

/** Of this workflow: each has its own instance of this module. */
let messages = 0;
let updates = 0;

export interface Ending {
  /**
   * How many updates begin the workflow: the shop itself sends those again when they are aborted, so a workflow that gets no others
   * needs no timer.
   */
  openingUpdates?: 0 | 1;
  /** Whether a message has left something to do: then nothing is waited for, and the workflow does not end. */
  hasNews?: () => boolean;
}

/**
 * Waits until every message was answered and none has come for a moment. Whoever ends a workflow, or continues it as a new run,
 * checks after this, and without a wait of its own, whether one of them has left something to do.
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
