/** The workflow of `before.ts` with an activity where that has a timer. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

const { step } = proxyActivities<{ step(): Promise<void> }>({ startToCloseTimeout: '10 seconds' });

export async function changed(): Promise<string> {
  let isTold = false;
  setHandler(defineSignal('goOn'), () => {
    isTold = true;
  });
  await step();
  await condition(() => isTold);
  return 'done';
}
