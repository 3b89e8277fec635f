/** A reservation during an outage, on a real Temporal server, because the outage lasts in real time. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { detailsOf } from '../../tests/support/details.ts';
import { reserveIn } from '../../tests/support/reserve-in.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startOwnTemporal } from '../../tests/support/time-skipping.ts';
import {
  type ReservationResult,
  releaseUpdate,
  reservationWorkflowId,
  retryReservationUpdate,
  type StockRequest,
} from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startOwnTemporal();
});
afterAll(() => temporal?.stop());

const reserve = (reservationId: string) => reserveIn(temporal, reservationId);

it('says within a minute that it waits for stores that hang, and reserves once they are back', async () => {
  let isAway = true;
  const activities = {
    async reserveStock({ lines }: StockRequest): Promise<ReservationResult> {
      // An attempt that hangs ends with the outage.
      await until(() => !isAway, 'the outage to end', 100_000);
      const expiresAt = new Date(Date.now() + 600_000).toISOString();
      return { outcome: 'reserved', requested: lines, currency: 'usd', expiresAt, lines: [] };
    },
    releaseReservation: async () => 'released',
  };
  const id = randomUUID();
  const handle = temporal.env.client.workflow.getHandle(reservationWorkflowId(id));
  // The server answers a query only between two workflow tasks.
  const page = () =>
    temporal.env.client.withDeadline(Date.now() + 5_000, () => detailsOf(handle)).catch(() => 'no answer');
  await temporal.withWorker(
    activities,
    async () => {
      const request = { requestId: 'r1', requestedBy: 'Anna', reason: 'The stores are back' };
      const reserved = reserve(id);
      try {
        await until(async () => (await page()).includes('**Stopped since'), 'the page to say so', 60_000);
        expect(await page()).toContain('The items could not be reserved. It did not respond in time.');
        expect(await page()).not.toContain('Waiting for the reservation request.');
        const again = await handle.executeUpdate(retryReservationUpdate, { args: [request] });
        expect(again).toEqual({ retried: 'The items could not be reserved' });
      } finally {
        isAway = false;
      }
      expect((await reserved).outcome).toBe('reserved');
      expect(await page()).not.toContain('Stopped since');
      const refused = handle.executeUpdate(retryReservationUpdate, { args: [request] });
      await expect(refused).rejects.toMatchObject({
        cause: { message: expect.stringContaining('Nothing has stopped') },
      });
      await handle.executeUpdate(releaseUpdate);
      expect(await handle.result()).toBe('released');
    },
    { maxCachedWorkflows: 10 },
  );
}, 120_000);
