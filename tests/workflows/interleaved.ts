/** A workflow whose update handlers run concurrent local activities and then use shared state, a pattern that must replay. */
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
    // A failed activity must not block the following handlers.
    if (index % 7 === 0) await steps.fail().catch(() => undefined);
    const paid = opened === `open ${index}` ? await steps.step(`pay ${index}`) : await steps.step(`look ${index}`);
    done += 1;
    return paid;
  });
  await condition(() => done === updates && allHandlersFinished());
  return done;
}
