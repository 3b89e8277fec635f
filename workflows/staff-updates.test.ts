/** The updates of all workflows together: staff choose them by name from a list, so names and examples must not be confused. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as workflows from './index.ts';
import { RETRAINING_ID } from './recommendations/messages.ts';

interface Update {
  workflow: string;
  name: string;
  description: string;
  validator?: (request: unknown) => void;
}
interface Handled {
  type: string;
  name: string;
}

const handled = vi.hoisted(() => ({ by: '', updates: [] as Update[] }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  setHandler: ({ type, name }: Handled, _handler: unknown, options: Omit<Update, 'workflow' | 'name'>) => {
    if (type === 'update') handled.updates.push({ workflow: handled.by, name, ...options });
  },
  CancellationScope: { nonCancellable: (run: () => Promise<unknown>) => run() },
  condition: () => new Promise(() => {}),
  workflowInfo: () => ({ workflowId: RETRAINING_ID }),
}));

// Any start is accepted, because only the handlers matter here.
vi.mock('./shared/start-form.ts', () => ({
  requireForm: () => {},
  requireOwnStart: () => {},
  requireNoInput: () => {},
}));

/** Starts every workflow as far as its handlers. */
beforeAll(async () => {
  for (const [name, run] of Object.entries(workflows)) {
    handled.by = name;
    const ids = { orderId: 'o', refundId: 'r', reservationId: 'v', paymentIntentId: 'pi' };
    const input = name === 'recommendationRetraining' ? {} : ids;
    // There are no activities here, so a workflow that calls one after registering its handlers fails.
    await Promise.race([(run as (input: unknown) => Promise<unknown>)(input).catch(() => {}), Promise.resolve()]);
  }
});

/** What each update means. An opposite or a different action needs a name of its own. */
const MEANINGS: Readonly<Record<string, string>> = {
  addNote: 'leaves a note for staff',
  begin: 'the shop opens an order',
  cancel: 'ends an order before it ships',
  cancelRetraining: 'ends the retraining in progress',
  changeEmail: 'changes where emails about an order go',
  correctAddress: 'changes where an order ships',
  correctTracking: 'changes the carrier or tracking number of a parcel',
  decide: 'the shop passes on a support lead’s decision about a refund',
  declineReturn: 'staff do not accept a return, so nothing is refunded',
  endReview: 'lets a reviewed order ship',
  extendReservation: 'keeps items reserved for longer',
  giveUp: 'ends a failed refund that was paid another way',
  markDelivered: 'the parcel has arrived',
  markShipped: 'the parcel is on its way',
  putUnderReview: 'keeps a paid order from shipping',
  recheckPayment: 'reads the payment at Stripe again',
  refund: 'requests a refund of an order',
  release: 'returns reserved items to stock',
  request: 'the shop passes on a refund request',
  resendConfirmation: 'emails the confirmation again',
  reserve: 'the shop reserves items',
  retrain: 'trains a new model',
  retry: 'continues what has stopped',
  returnReceived: 'the items of a return have arrived',
  rollback: 'serves an earlier model again',
  withdraw: 'a refund is no longer wanted, so nothing is refunded',
};

/** Updates that several workflows have; each must mean the same in all of them. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  addNote: ['order', 'refund'],
  extendReservation: ['order', 'reservation'],
  retry: ['order', 'refund', 'reservation', 'unmatchedPayment'],
};

describe('the name of an update', () => {
  it('has one meaning, in every workflow that has it', () => {
    expect([...new Set(handled.updates.map(({ name }) => name))].sort()).toEqual(Object.keys(MEANINGS));
    const workflowsOf = (name: string) =>
      handled.updates.filter((update) => update.name === name).map(({ workflow }) => workflow);
    for (const name of Object.keys(MEANINGS))
      if (workflowsOf(name).length > 1) expect(workflowsOf(name).sort(), name).toEqual(SHARED[name]);
  });
});

/** The example at the end of a description, which staff copy. */
function exampleOf({ description }: Update): object | undefined {
  const [, json] = description.split('\n\nSend: ');
  return json === undefined ? undefined : (JSON.parse(json) as object);
}

describe('the update refund of an order', () => {
  const refund = () => handled.updates.find(({ workflow, name }) => workflow === 'order' && name === 'refund')!;
  const refusal = (request: unknown) => {
    try {
      refund().validator!(request);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('accepts its own example and that of no other update, so that a wrong choice in the list refunds nothing', () => {
    const examples = handled.updates.flatMap((update) => {
      const example = exampleOf(update);
      return example ? [{ update: `${update.workflow} ${update.name}`, example }] : [];
    });
    expect(examples.length).toBeGreaterThan(15);
    const accepted = examples.filter(({ example }) => refusal(example) === undefined);
    expect(accepted.map(({ update }) => update)).toEqual(['order refund']);
  });

  it('states exactly one part of the order: everything, lines, or an amount', () => {
    const staff = { requestId: 'r', requestedBy: 'Anna', reason: 'Broken' };
    const lines = [{ product: 'MUG-1', quantity: 1 }];
    for (const part of [{ all: true }, { lines }, { amount: 5 }, { lines, amount: 5 }, { all: true, restock: true }])
      expect(refusal({ ...staff, ...part }), JSON.stringify(part)).toBeUndefined();
    expect(refusal(staff)).toMatch(
      /^State what to refund\. Send "all": true to refund everything that remains, "lines" to refund items, or an "amount"\. For example: \{"requestId"/,
    );
    for (const part of [{}, { all: null, amount: null }, { restock: true }])
      expect(refusal({ ...staff, ...part })).toContain('State what to refund.');
    for (const part of [{ amount: 5 }, { lines }])
      expect(refusal({ ...staff, all: true, ...part })).toContain('Send “all” without “amount” and “lines”.');
    for (const all of [false, 'true', 1]) expect(refusal({ ...staff, all })).toContain('“all” must be true');
  });
});
