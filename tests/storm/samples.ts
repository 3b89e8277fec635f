/**
 * A sample of every message that a workflow takes, valid and invalid ones mixed. The storm asks each workflow which messages it
 * knows, and fails when one has no sample here, so that a new handler is tried as well.
 */
import type { Random } from '../../domain/random.ts';

export interface Sending {
  /** The how manieth message of its name. */
  readonly index: number;
  readonly random: Random;
  /** SKU of the product that was bought. */
  readonly sku: string;
  /** What the shop itself sent under this name before, such as the update that opened the order. */
  readonly firstSent: unknown;
}

/** @returns a message's arguments: one JSON object, where it is not nonsense */
export type Sample = (sending: Sending) => readonly unknown[];

export type StormType = 'order' | 'reservation' | 'refund' | 'unmatchedPayment' | 'recommendationRetraining';

/** Types whose workflows take no message at all; the storm checks that too. */
export const WITHOUT_MESSAGES: ReadonlySet<string> = new Set(['reindexProduct', 'nightlyAudit', 'overdueSweep']);

/** What anyone can type into the Temporal UI. */
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

/** One of four is nonsense; of the others some repeat a request that was made before. */
const staff =
  (fields: (sending: Sending) => object = () => ({})): Sample =>
  (sending) => {
    const { index, random } = sending;
    if (index % 4 === 0) return random.pick(NONSENSE);
    const requestId = index % 3 === 0 ? 'storm' : `storm-${random.integer(1, 1_000_000)}`;
    return [{ requestId, requestedBy: 'Anna', reason: 'Storm', ...fields(sending) }];
  };

/** Takes what was sent before, in a part of the cases with something else in it. */
const again =
  (other: object): Sample =>
  ({ index, random, firstSent }) => {
    if (index % 4 === 0) return random.pick(NONSENSE);
    return [index % 4 === 1 ? { ...(firstSent as object), ...other } : firstSent];
  };

/** A signal prompts a check and is never believed: whatever it carries changes nothing. */
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
      index % 2 === 0 ? { amount: 0.01 } : { lines: [{ product: sku, quantity: 1 }] },
    ),
    extendReservation: staff(({ index }) => ({ minutes: index % 5 === 0 ? 100_000 : 1 })),
    correctAddress: staff(({ index }) => ({ address: index % 5 === 0 ? { name: '' } : ADDRESS })),
    markShipped: staff(({ index }) => ({ carrier: 'UPS', trackingNumber: `1Z${index}` })),
    markDelivered: staff(),
    putUnderReview: staff(),
    release: staff(),
    resendConfirmation: staff(),
    recheckPayment: staff(),
    retry: staff(),
  },
  reservation: {
    case: query,
    reserve: again({ reservationId: OTHER_ID }),
    release: ({ index, random }) => (index % 4 === 0 ? random.pick(NONSENSE) : [{ requestedBy: 'the shopper' }]),
    extendReservation: staff(({ index }) => ({ minutes: index % 5 === 0 ? 0 : 1 })),
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
    cancel: staff(),
  },
  unmatchedPayment: {
    case: query,
    refundChanged: prompt,
    retry: staff(),
  },
  recommendationRetraining: {
    retraining: query,
    // The update, and a signal of the same name.
    retrain: staff(({ index }) => (index % 2 === 0 ? { publishAnyway: true } : {})),
    cancelRetraining: staff(),
    rollback: staff(({ index }) => (index % 2 === 0 ? { model: 'm-unknown' } : {})),
    progress: ({ index, random }) =>
      index % 2 === 0
        ? random.pick(NONSENSE)
        : [{ retrainingId: 'retraining-unknown', stage: 'train', fraction: 0.5, told: 'half' }],
  },
};
