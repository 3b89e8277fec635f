import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detailsOf } from '../../tests/support/details.ts';
import { reserveIn } from '../../tests/support/reserve-in.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import {
  extendReservationUpdate,
  type ReservationResult,
  releaseUpdate,
  reservationChangedSignal,
  reservationWorkflowId,
  type StockRequest,
} from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

type Ended = 'committed' | 'released' | 'expired' | 'checkout_pending' | 'not_due';

/** Activities that reserve at the environment's own time and end reservations as `endings` says. */
function scripted(endings: Ended[]) {
  const calls: string[] = [];
  let endsAt = 0;
  let isExtended = false;
  return {
    calls,
    activities: {
      reserveStock: async ({ lines, reservationSeconds }: StockRequest): Promise<ReservationResult> => {
        calls.push('reserveStock');
        endsAt = (await temporal.env.currentTimeMs()) + reservationSeconds * 1000;
        const expiresAt = new Date(endsAt).toISOString();
        return { outcome: 'reserved', requested: lines, currency: 'usd', expiresAt, lines: [] };
      },
      loadReservation: async () => ({ expiresAt: new Date(endsAt).toISOString(), isExtended }),
      extendReservation: async ({ minutes }: { minutes: number }) => {
        endsAt += minutes * 60_000;
        isExtended = true;
        return { outcome: 'extended', expiresAt: new Date(endsAt).toISOString(), orderId: null };
      },
      endReservation: async () => {
        calls.push('endReservation');
        return endings.shift();
      },
      releaseReservation: async () => {
        calls.push('releaseReservation');
        return calls.includes('endReservation') ? 'expired' : 'released';
      },
    },
  };
}

const reservation = (reservationId: string) => reserveIn(temporal, reservationId);

const handleOf = (reservationId: string) =>
  temporal.env.client.workflow.getHandle(reservationWorkflowId(reservationId));

describe('reservation', () => {
  it('expires after its ten minutes without any message', async () => {
    const { calls, activities } = scripted(['expired']);
    const id = randomUUID();
    const startedAt = await temporal.env.currentTimeMs();
    await temporal.withWorker(activities, async () => {
      expect((await reservation(id)).outcome).toBe('reserved');
      expect(await handleOf(id).result()).toBe('expired');
    });
    expect((await temporal.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(599_000);
    expect(calls).toEqual(['reserveStock', 'endReservation']);
  });

  it('that was extended by support is not offered another extension, also when the order extended it', async () => {
    const script = scripted(['committed']);
    const id = randomUUID();
    await temporal.withWorker(script.activities, async () => {
      await reservation(id);
      expect(await detailsOf(handleOf(id))).toContain('`extendReservation` (once)');
      await script.activities.extendReservation({ minutes: 5 });
      await handleOf(id).signal(reservationChangedSignal);
      await until(
        async () => !(await detailsOf(handleOf(id))).includes('`extendReservation`'),
        'the page to show the extension',
      );
      expect(await handleOf(id).result()).toBe('committed');
    });
  });

  it('finds that it was sold', async () => {
    const { activities } = scripted(['committed']);
    const id = randomUUID();
    await temporal.withWorker(activities, async () => {
      await reservation(id);
      expect(await handleOf(id).result()).toBe('committed');
    });
  });

  it('checks again after the grace period when its order is unpaid, and finds the outcome', async () => {
    const { calls, activities } = scripted(['checkout_pending', 'checkout_pending', 'committed']);
    const id = randomUUID();
    const startedAt = await temporal.env.currentTimeMs();
    await temporal.withWorker(activities, async () => {
      await reservation(id);
      expect(await handleOf(id).result()).toBe('committed');
    });
    // 600 s, then 30 s, then 60 s.
    expect((await temporal.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(689_000);
    expect(calls).toEqual(['reserveStock', 'endReservation', 'endReservation', 'endReservation']);
  });

  it('keeps the stock of an unpaid order through an outage of two hours, with few events', async () => {
    const { calls, activities } = scripted([]);
    const endReservation = async () => {
      calls.push('endReservation');
      const pastMs = (await temporal.env.currentTimeMs()) - Date.parse((await activities.loadReservation()).expiresAt);
      return pastMs < 7_199_000 ? 'checkout_pending' : 'expired';
    };
    const id = randomUUID();
    const startedAt = await temporal.env.currentTimeMs();
    await temporal.withWorker({ ...activities, endReservation }, async () => {
      await reservation(id);
      await temporal.env.sleep('40 minutes');
      const { awaitsPayment } = await handleOf(id).query<{ awaitsPayment: boolean }>('case');
      expect(awaitsPayment).toBe(true);
      expect(await handleOf(id).result()).toBe('expired');
      // A whole day at the longest wait is 144 checks, each with a timer, a task, and a marker.
      const checks = calls.filter((call) => call === 'endReservation').length;
      expect(checks).toBeLessThanOrEqual(18);
      expect((await handleOf(id).describe()).historyLength).toBeLessThanOrEqual(20 + checks * 8);
    });
    const tookMs = (await temporal.env.currentTimeMs()) - startedAt;
    expect(tookMs).toBeGreaterThanOrEqual(7_799_000);
    // The last check is at the end of that time, not up to ten minutes later.
    expect(tookMs).toBeLessThan(7_900_000);
  });

  it('ends soon after its shopper’s next reservation replaces it', async () => {
    const { calls, activities } = scripted(['released']);
    const id = randomUUID();
    await temporal.withWorker({ ...activities, loadReservation: async () => null }, async () => {
      await reservation(id);
      await handleOf(id).signal(reservationChangedSignal);
      expect(await handleOf(id).result()).toBe('released');
      const { startTime, closeTime } = await handleOf(id).describe();
      expect(closeTime!.getTime() - startTime.getTime()).toBeLessThan(60_000);
    });
    expect(calls).toEqual(['reserveStock', 'endReservation']);
  });

  it('waits for stores that are unavailable for longer than its timeout, and keeps what they reserve', async () => {
    const { activities } = scripted(['expired']);
    const id = randomUUID();
    let tries = 0;
    const reserveStock = async (request: StockRequest) => {
      tries += 1;
      // Ten attempts, at growing intervals, take about 100 seconds.
      if (tries <= 10) throw new Error('away');
      return activities.reserveStock(request);
    };
    await temporal.withWorker({ ...activities, reserveStock }, async () => {
      const reserved = reservation(id);
      let isAnswered = false;
      void reserved.finally(() => {
        isAnswered = true;
      });
      while (!isAnswered) await temporal.env.sleep('10 seconds');
      expect(await reserved).toMatchObject({ outcome: 'reserved' });
      expect(await handleOf(id).result()).toBe('expired');
    });
  });

  it('releases any reserved stock when the stores never respond', async () => {
    const { calls, activities } = scripted([]);
    const id = randomUUID();
    const reserveStock = async () => {
      throw ApplicationFailure.nonRetryable('away');
    };
    await temporal.withWorker({ ...activities, reserveStock }, async () => {
      await expect(reservation(id)).rejects.toThrow();
      expect(await handleOf(id).result()).toBe('not_reserved');
    });
    expect(calls).toEqual(['releaseReservation']);
  });

  it('refuses a message just after its end with an explanation', async () => {
    const { activities } = scripted(['expired']);
    const id = randomUUID();
    await temporal.withWorker(activities, async () => {
      await reservation(id);
      await temporal.env.sleep('601 seconds');
      const extension = { requestId: 'r1', requestedBy: 'Anna', reason: 'Customer called', minutes: 5 };
      const late = handleOf(id).executeUpdate(extendReservationUpdate, { args: [extension] });
      expect(await late.catch((error: Error) => String(error.cause))).toContain('This reservation has ended');
      expect(await handleOf(id).executeUpdate(releaseUpdate)).toBe('expired');
      expect(await handleOf(id).result()).toBe('expired');
    });
  });

  it('ends when its shopper releases it', async () => {
    const { calls, activities } = scripted([]);
    const id = randomUUID();
    await temporal.withWorker(activities, async () => {
      await reservation(id);
      expect(await handleOf(id).executeUpdate(releaseUpdate)).toBe('released');
      expect(await handleOf(id).result()).toBe('released');
    });
    expect(calls).toEqual(['reserveStock', 'releaseReservation']);
  });

  it('refuses to be released while it has an open order, and continues', async () => {
    const { activities } = scripted(['checkout_pending', 'committed']);
    const id = randomUUID();
    await temporal.withWorker({ ...activities, releaseReservation: async () => 'checkout_pending' }, async () => {
      await reservation(id);
      const released = handleOf(id).executeUpdate(releaseUpdate);
      expect(await released).toBe('checkout_pending');
      expect(await handleOf(id).result()).toBe('committed');
    });
  });

  it('reserves once however often the request is sent', async () => {
    const { calls, activities } = scripted(['expired']);
    const id = randomUUID();
    await temporal.withWorker(activities, async () => {
      const [first, second] = await Promise.all([reservation(id), reservation(id)]);
      expect(second).toEqual(first);
      // A workflow must not outlive its test, or the next test's activities would end it.
      expect(await handleOf(id).result()).toBe('expired');
    });
    expect(calls).toEqual(['reserveStock', 'endReservation']);
  });

  it('completes when no reservation request follows its start', async () => {
    const id = randomUUID();
    await temporal.withWorker(scripted([]).activities, async () => {
      await temporal.env.client.workflow.start('reservation', {
        workflowId: reservationWorkflowId(id),
        taskQueue: 'orders',
        args: [{ reservationId: id }],
      });
      expect(await handleOf(id).result()).toBe('not_reserved');
    });
  });

  it('extended by support, ends later; also when the order extended it, with or without a signal', async () => {
    const extension = { requestId: 'r1', requestedBy: 'Anna', reason: 'Customer called', minutes: 20 };
    for (const how of ['update', 'signal', 'no signal'] as const) {
      const { calls, activities } = scripted(how === 'no signal' ? ['not_due', 'expired'] : ['expired']);
      const id = randomUUID();
      const startedAt = await temporal.env.currentTimeMs();
      await temporal.withWorker(activities, async () => {
        await reservation(id);
        if (how === 'update') await handleOf(id).executeUpdate(extendReservationUpdate, { args: [extension] });
        else await activities.extendReservation(extension);
        if (how === 'signal') await handleOf(id).signal(reservationChangedSignal);
        expect(await handleOf(id).result()).toBe('expired');
      });
      expect((await temporal.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(1_799_000);
      expect(calls.filter((call) => call === 'endReservation')).toHaveLength(how === 'no signal' ? 2 : 1);
    }
  });

  it('refuses an extension that is too long, or without a reason', async () => {
    const { activities } = scripted(['expired']);
    const id = randomUUID();
    await temporal.withWorker(activities, async () => {
      await reservation(id);
      const extension = { requestId: 'r1', requestedBy: 'Anna', reason: 'Customer called', minutes: 31 };
      const causeOf = (sent: Promise<unknown>) => sent.then(String, (error: Error) => String(error.cause));
      const extend = (args: object) =>
        causeOf(handleOf(id).executeUpdate(extendReservationUpdate, { args: [args as typeof extension] }));
      expect(await extend(extension)).toContain('“minutes” must be a whole number from 1 to 30.');
      expect(await extend({ ...extension, minutes: 5, reason: '' })).toContain('“reason”');
      expect(await handleOf(id).result()).toBe('expired');
    });
  });
});
