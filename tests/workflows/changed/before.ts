/** A workflow as a release ran it; `after.ts` is the same one changed in a way that its running histories don't survive. */
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
