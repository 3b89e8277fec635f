/** A workflow that completes with the response to an update while a signal arrives. */
import { condition, defineSignal, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import { untilQuiet } from '../../workflows/shared/quiet.ts';

export const endUpdate = defineUpdate<string>('end');
export const eventSignal = defineSignal('event');

const steps = proxyLocalActivities<{ signalOwnWorkflow(): Promise<void> }>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

/** @returns the number of signals received */
export async function answering(): Promise<number> {
  let signals = 0;
  let hasEnded = false;
  setHandler(eventSignal, () => {
    signals += 1;
  });
  setHandler(endUpdate, async () => {
    // A local activity runs within the workflow task, so the signal arrives before the response is sent.
    await steps.signalOwnWorkflow();
    hasEnded = true;
    return 'ended';
  });
  await condition(() => hasEnded);
  await untilQuiet();
  return signals;
}
