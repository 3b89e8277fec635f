/** A workflow as released; `after.ts` changes it in a way that its running histories can't replay. */
import { condition, defineSignal, setHandler, sleep } from '@temporalio/workflow';

export const goOnSignal = defineSignal('goOn');

export async function changed(): Promise<string> {
  let isComparable = false;
  setHandler(goOnSignal, () => {
    isComparable = true;
  });
  await sleep('1 millisecond');
  await condition(() => isComparable);
  return 'done';
}
