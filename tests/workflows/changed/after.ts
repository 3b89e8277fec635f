/** The workflow of `before.ts` with an activity instead of its timer. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

const { step } = proxyActivities<{ step(): Promise<void> }>({ startToCloseTimeout: '10 seconds' });

export async function changed(): Promise<string> {
  let isComparable = false;
  setHandler(defineSignal('goOn'), () => {
    isComparable = true;
  });
  await step();
  await condition(() => isComparable);
  return 'done';
}
