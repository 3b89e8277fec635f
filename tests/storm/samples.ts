/**
 * Samples of every message that a workflow accepts, valid and invalid ones mixed. The storm queries each workflow for its messages and
 * fails when one has no sample here, so that new handlers are tested as well.
 */
import type { Random } from '../../domain/random.ts';

export interface Sending {
  /** Index among the messages of the same name. */
  readonly index: number;
  readonly random: Random;
  /** SKU of the purchased product. */
  readonly sku: string;
  /** The argument that the shop itself sent earlier with this name, such as the update that opened the order. */
  readonly firstSent: unknown;
}

/** @returns a message's arguments: one JSON object, unless it is nonsense */
export type Sample = (sending: Sending) => readonly unknown[];

export type StormType = 'order' | 'reservation' | 'refund' | 'unmatchedPayment' | 'recommendationRetraining';

/** Workflow types that accept no messages; the storm checks that too. */
export const WITHOUT_MESSAGES: ReadonlySet<string> = new Set([
  'reindexProduct',
  'retryStopped',
  'nightlyAudit',
  'overdueSweep',
]);

/** Input that anyone could enter in the Temporal UI. */
const NONSENSE: readonly (readonly unknown[])[] = [
  [],
  [null],
  ['text'],
  [7],
  [[]],
  [{}],
  [{ requestId: '', requestedBy: 7 }],
];

const ADDRESS = { name: 'Ada Moss', street: '12 Mill Road', city: 'Portland', postal_code: '97201', country: 'US' };

/** A quarter is nonsense; some of the others repeat an earlier request. */
const staff =
  (fields: (sending: Sending) => object = () => ({})): Sample =>
  (sending) => {
    const { index, random } = sending;
    if (index % 4 === 0) return random.pick(NONSENSE);
    const requestId = index % 3 === 0 ? 'storm' : `storm-${random.integer(1, 1_000_000)}`;
    return [{ requestId, requestedBy: 'Anna', reason: 'Storm', ...fields(sending) }];
  };

/** Repeats what was sent earlier, in some cases with changes. */
const again =
  (other: object): Sample =>
  ({ index, random, firstSent }) => {
    if (index % 4 === 0) return random.pick(NONSENSE);
    return [index % 4 === 1 ? { ...(firstSent as object), ...other } : firstSent];
  };

/** A signal only prompts a check; its payload is ignored. */
const prompt: Sample = ({ index, random }) => (index % 2 === 0 ? [] : random.pick(NONSENSE));
const query: Sample = () => [];

const OTHER_ID = '00000000-0000-4000-8000-000000000000';

export const SAMPLES: Readonly<Record<StormType, Readonly<Record<string, Sample>>>> = {
  order: {
    case: query,
    begin: again({ orderId: OTHER_ID }),
    paymentChanged: prompt,
    orderChanged: prompt,
    moneyMoved: prompt,
    cancel: staff(),
    refund: staff(({ index, sku }) =>
      index % 5 === 0 ? {} : index % 2 === 0 ? { amount: 0.01 } : { lines: [{ product: sku, quantity: 1 }] },
    ),
    extendReservation: staff(({ index }) => ({ minutes: index % 5 === 0 ? 100_000 : 1 })),
    correctAddress: staff(({ index }) => ({ address: index % 5 === 0 ? { name: '' } : ADDRESS })),
    changeEmail: staff(({ index }) => ({ email: index % 5 === 0 ? 'nobody' : `storm-${index}@example.test` })),
    addNote: staff(({ index }) => ({ note: `Storm ${index}` })),
    markShipped: staff(({ index }) => ({ carrier: 'UPS', trackingNumber: `1Z${index}` })),
    correctTracking: staff(({ index }) => (index % 5 === 0 ? {} : { trackingNumber: `1Z${index}` })),
    markDelivered: staff(),
    putUnderReview: staff(),
    endReview: staff(),
    resendConfirmation: staff(),
    recheckPayment: staff(),
    retry: staff(),
  },
  reservation: {
    case: query,
    reserve: again({ reservationId: OTHER_ID }),
    release: ({ index, random }) => (index % 4 === 0 ? random.pick(NONSENSE) : [{ requestedBy: 'the shopper' }]),
    extendReservation: staff(({ index }) => ({ minutes: index % 5 === 0 ? 0 : 1 })),
    retry: staff(),
    reservationChanged: prompt,
  },
  refund: {
    case: query,
    request: again({ refundId: OTHER_ID }),
    refundChanged: prompt,
    decide: ({ index, random, firstSent }) =>
      index % 3 === 0
        ? random.pick(NONSENSE)
        : [
            {
              refundId: (firstSent as { refundId?: string } | undefined)?.refundId ?? OTHER_ID,
              decision: index % 2 === 0 ? 'approve' : 'reject',
              requestedBy: 'Anna',
              reason: 'Storm',
              proof: 'forged',
            },
          ],
    returnReceived: staff(({ index }) => ({ restock: index % 2 === 0 })),
    declineReturn: staff(),
    retry: staff(),
    giveUp: staff(),
    addNote: staff(({ index }) => ({ note: index % 5 === 0 ? '' : 'Storm' })),
    withdraw: staff(),
  },
  unmatchedPayment: {
    case: query,
    refundChanged: prompt,
    retry: staff(),
  },
  recommendationRetraining: {
    retraining: query,
    // Both an update and a signal have this name.
    retrain: staff(({ index }) => (index % 2 === 0 ? { publishAnyway: true } : {})),
    cancelRetraining: staff(),
    rollback: staff(({ index }) => (index % 2 === 0 ? { model: 'm-unknown' } : {})),
    progress: ({ index, random }) =>
      index % 2 === 0
        ? random.pick(NONSENSE)
        : [{ retrainingId: 'retraining-unknown', stage: 'train', fraction: 0.5, detail: 'half' }],
  },
};
