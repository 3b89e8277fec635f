/** A workflow whose update handlers run local activities at the same time and then act on what they share: the shape that must replay. */
import { allHandlersFinished, condition, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';

export const beginUpdate = defineUpdate<string, [number]>('begin');

const steps = proxyLocalActivities<{ step(name: string): Promise<string>; fail(): Promise<never> }>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

/** @param updates how many updates it waits for */
export async function interleaved(updates: number): Promise<number> {
  let opened: string | undefined;
  let done = 0;
  setHandler(beginUpdate, async (index) => {
    opened ??= await steps.step(`open ${index}`);
    // A failed one must not stop those behind it.
    if (index % 7 === 0) await steps.fail().catch(() => undefined);
    const paid = opened === `open ${index}` ? await steps.step(`pay ${index}`) : await steps.step(`look ${index}`);
    done += 1;
    return paid;
  });
  await condition(() => done === updates && allHandlersFinished());
  return done;
}
