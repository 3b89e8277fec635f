import temporalProto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decryptHistory } from '../../tests/support/plain-history.ts';
import { ADDRESS, createProduct, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { SWEEP_SCHEDULE_ID } from '../../workflows/maintenance/messages.ts';
import { orderCaseQuery, orderWorkflowId } from '../../workflows/order/messages.ts';
import { EncryptingCodec } from './payload-codec.ts';

const { History } = temporalProto.temporal.api.history.v1;

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterAll(() => shop?.stop());

/** All bytes of a history as text, as someone with access to Temporal's database could read them. */
const readable = (history: temporalProto.temporal.api.history.v1.IHistory) =>
  Buffer.from(History.encode(history).finish()).toString('latin1');

describe('the data that Temporal stores of an order', () => {
  it('contains no personal data; the order can be read and continues with the keys', async () => {
    const { temporal, settings } = shop.services;
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order((await createProduct(shop.services)).id);
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    const handle = temporal.workflow.getHandle(orderWorkflowId(begun.order.id));
    expect(JSON.stringify(await handle.query(orderCaseQuery))).toContain(begun.order.id);

    const history = History.fromObject(await handle.fetchHistory());
    const personal = [ADDRESS.name, ADDRESS.street, ADDRESS.city, 'guest@example.test', 'Test mug'];
    for (const word of personal) expect([word, readable(history).includes(word)]).toEqual([word, false]);
    expect(readable(history)).toContain('binary/encrypted');

    await decryptHistory(history, new EncryptingCodec(settings.PAYLOAD_KEYS));
    expect(readable(history)).not.toContain('binary/encrypted');
    expect(readable(history)).toContain('guest@example.test');
    await Worker.runReplayHistory({ workflowBundle: await buildWorkflowBundle() }, history, handle.workflowId);
  });

  it('leaves schedules unchanged', async () => {
    const { spec } = await shop.services.temporal.schedule.getHandle(SWEEP_SCHEDULE_ID).describe();
    expect(spec.intervals).toHaveLength(1);
  });
});
