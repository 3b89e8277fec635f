/** A workflow whose details change, and can fail to render. */
import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import { showDetails } from '../../workflows/shared/details.ts';

export const showSignal = defineSignal<[string]>('show');
export const breakSignal = defineSignal('break');
export const endSignal = defineSignal('end');

/** @returns how often its details were rendered without a query */
export async function shown(): Promise<number> {
  let text = 'begun';
  let renders = 0;
  let isBroken = false;
  let isOver = false;
  showDetails(() => {
    renders += 1;
    if (isBroken) throw new Error('no such row');
    return `It is ${text}.`;
  });
  setHandler(showSignal, (next) => {
    text = next;
  });
  setHandler(breakSignal, () => {
    isBroken = true;
  });
  setHandler(endSignal, () => {
    isOver = true;
  });
  await condition(() => isOver);
  return renders;
}
