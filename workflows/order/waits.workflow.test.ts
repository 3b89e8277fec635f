/** Waits of an order workflow and their durations: payments whose webhook was lost, and open refunds and chargebacks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { RefundStatus } from '../../domain/order-state.ts';
import { orderWorkflowSteps, STAFF } from '../../tests/support/order-workflow-steps.ts';
import { refundFacts } from '../../tests/support/refund-facts.ts';
import type { ScriptedOrder } from '../../tests/support/scripted-order.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import { orderChangedSignal, recheckPaymentUpdate } from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const { begin, handleOf, resultOf, scripted, settledAs, reportPayment } = orderWorkflowSteps(() => temporal);

describe('a payment whose webhook was lost', () => {
  it.each([
    { at: '1 minute', foundWithin: '2 minutes' },
    { at: '3 minutes', foundWithin: '5 minutes' },
  ] as const)('$at after checkout is found within $foundWithin', async ({ at, foundWithin }) => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await temporal.env.sleep(at);
      script.charge();
      await temporal.env.sleep(foundWithin);
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls).not.toContain('cancelPayment');
  });

  it('and that was never recorded closes the order, which can never be paid', async () => {
    const script = await scripted();
    const checkPayment = async () => 'succeeded';
    await temporal.withWorker({ ...script.activities, checkPayment }, async () => {
      await begin(script);
      expect(await resultOf(script)).toBe('canceled');
    });
    expect(script.calls.slice(2)).toEqual(['applyPayments unpaid', 'closeOrder canceled']);
  });

  it('is found by a recheck, and the order reconciles with Stripe once it is recorded', async () => {
    const script = await scripted();
    const recheck = { args: [STAFF] as [typeof STAFF] };
    const reconcilePayment = async () => {
      script.isRecorded = script.payment === 'succeeded';
      return script.activities.reconcilePayment();
    };
    await temporal.withWorker({ ...script.activities, reconcilePayment }, async () => {
      await begin(script);
      script.charge();
      await handleOf(script).executeUpdate(recheckPaymentUpdate, recheck);
      const count = () => script.calls.filter((call) => call === 'reconcilePayment').length;
      await until(() => count() === 2, 'the second reconciliation');
      expect(script.calls.slice(2)).toEqual([
        'reconcilePayment',
        'payment_rechecked by ui:Anna',
        'applyPayments paid',
        'reconcilePayment',
      ]);
    });
  });
});

/** Runs a delivered order after its return window, with the given open refunds or disputes. */
async function delivered(change: Partial<ScriptedOrder>, look: (script: ScriptedOrder) => Promise<void>) {
  const script = await scripted();
  await temporal.withWorker(script.activities, async () => {
    await begin(script);
    await reportPayment(script);
    await settledAs(script);
    script.order = { ...script.order, status: 'delivered', fulfillment: 'delivered' };
    script.closesAt = new Date((await temporal.env.currentTimeMs()) - 1_000).toISOString();
    Object.assign(script, change);
    await handleOf(script).signal(orderChangedSignal);
    await look(script);
  });
}

const stays = async (script: ScriptedOrder) => {
  await temporal.env.sleep('3 days');
  expect((await handleOf(script).describe()).status.name).toBe('RUNNING');
};

const dispute = (status: string, evidenceDueBy: string | null = null): OrderRecord['disputes'][number] => ({
  disputeId: `du_${status}`,
  amountCents: 2500,
  reason: 'fraudulent',
  status,
  evidenceDueBy,
  hasEvidence: false,
  submissions: 0,
});

describe('an order after its return window', () => {
  it.each<RefundStatus>(['awaiting_return', 'awaiting_approval', 'pending'])(
    'is followed while a refund is %s, and completed after that',
    async (status) => {
      await delivered({ refunds: [refundFacts({ status: 'succeeded' }), refundFacts({ status })] }, async (script) => {
        await stays(script);
        script.refunds = [refundFacts({ status: 'succeeded' }), refundFacts({ status: 'rejected' })];
        await handleOf(script).signal(orderChangedSignal);
        expect(await resultOf(script)).toBe('delivered');
      });
    },
  );

  it('is followed while a chargeback is open, and shows that in its search attributes', async () => {
    const dueBy = '2030-01-02T03:04:05.000Z';
    const disputes = [dispute('needs_response', dueBy), dispute('lost')];
    const shown = async (script: ScriptedOrder) => {
      const { DisputeStatus, EvidenceDueBy } = (await handleOf(script).describe()).searchAttributes;
      return [DisputeStatus?.[0], EvidenceDueBy && new Date(String(EvidenceDueBy[0])).toISOString()];
    };
    await delivered({ disputes }, async (script) => {
      await stays(script);
      expect(await shown(script)).toEqual(['needs_response', dueBy]);
      script.disputes = [dispute('won'), dispute('lost')];
      await handleOf(script).signal(orderChangedSignal);
      expect(await resultOf(script)).toBe('delivered');
      expect((await shown(script))[0]).toBe('lost');
    });
  });
});
