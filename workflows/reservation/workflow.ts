import { condition, setHandler, sleep, TemporalFailure } from '@temporalio/workflow';
import { uiActor } from '../../domain/identity.ts';
import { MAX_EXTENSION_MINUTES } from '../../domain/reservation.ts';
import { patientSteps, quickSteps, shortSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { checkRequest, describeUpdate, extensionMinutes } from '../shared/staff.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';
import { describeReservation } from './case-details.ts';
import {
  extendReservationUpdate,
  type ReservationInput,
  type ReservationOutcome,
  type ReservationResult,
  releaseUpdate,
  reservationCaseQuery,
  reservationChangedSignal,
  reserveUpdate,
  type StockRequest,
} from './messages.ts';

/** For whoever waits for the answer to a message. */
const quick = localSteps(quickSteps, ['reserveStock', 'releaseReservation', 'extendReservation']);

const RECORDS = ['endReservation', 'loadReservation', 'releaseReservation'] as const;
/** What must succeed: short attempts, then patient ones. */
const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));

/** A start that no reservation followed ends by itself. */
const NOT_RESERVED_TIMEOUT = '1 minute';
/** A message that just misses the end is refused with a sentence; one that comes when the workflow is closing is aborted. */
const LINGER = '5 seconds';
/** While a payment may be in flight the ledger is asked again after twice as long each time, at last every ten minutes: some 150 looks a day, each six events. */
const MAX_LOOK_AGAIN_SECONDS = 600;
const EXTEND_EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Customer called', minutes: 15 };

/** Reserves stock for a shopper, and gives it back when its time is over unless it was sold or released before. */
export function reservation(input: ReservationInput): Promise<ReservationOutcome> {
  return uncancelable(() => keepReservation(input));
}

async function keepReservation(input: ReservationInput): Promise<ReservationOutcome> {
  const { reservationId } = input;
  let request: StockRequest | undefined;
  let reserved: Promise<ReservationResult> | undefined;
  let result: ReservationResult | undefined;
  let awaitsPayment = false;
  let outcome: ReservationOutcome | undefined;
  /** As it stands after an extension; the result tells what was promised first. */
  let expiresAt: string | undefined;
  let changed = false;
  const stuck = new StuckSteps();

  setHandler(
    reserveUpdate,
    async (reservation) => {
      request ??= reservation;
      reserved ??= quick.reserveStock(reservation).then((answer) => {
        result = answer;
        return answer;
      });
      return await reserved;
    },
    {
      description:
        'Reserves the items, or lists those that are out of stock. Sent by the API; do not send it yourself.',
      validator: (reservation) => {
        if (reservation?.reservationId !== reservationId)
          throw refuse('invalid_request', 'This request is for a different reservation.');
      },
    },
  );
  setHandler(
    releaseUpdate,
    async () => {
      if ((await reserved)?.outcome !== 'reserved') return 'not_reserved';
      const ended = await quick.releaseReservation({ reservationId });
      if (ended === 'checkout_pending' || ended === 'not_due') return 'checkout_pending';
      outcome ??= ended;
      return ended;
    },
    {
      description:
        'Releases the reservation early and returns its items to stock. Refused once an order is placed. Needs no input.',
    },
  );
  setHandler(
    extendReservationUpdate,
    async ({ requestId, requestedBy, reason, minutes }) => {
      const extended = await quick.extendReservation({
        reservationId,
        minutes,
        requestId,
        actor: uiActor(requestedBy),
        reason,
      });
      if (extended.outcome === 'refused') throw refuse('conflict', extended.message);
      changed = true;
      return { expiresAt: extended.expiresAt };
    },
    {
      description: describeUpdate(
        `Extends the reservation once, by 1 to ${MAX_EXTENSION_MINUTES} minutes.`,
        EXTEND_EXAMPLE,
      ),
      validator: (extension) => {
        checkRequest(extension, EXTEND_EXAMPLE, { minutes: extensionMinutes });
        if (outcome === 'committed')
          throw refuse('conflict', 'These items are already paid for. Open the order instead.');
        if (result?.outcome !== 'reserved' || outcome !== undefined)
          throw refuse('conflict', 'This reservation has ended. Ask the customer to place a new order.');
      },
    },
  );
  setHandler(
    reservationChangedSignal,
    () => {
      changed = true;
    },
    { description: 'The reservation changed; reloads it from the database. Safe to send.' },
  );
  const readCase = () => ({
    ...input,
    request: request && { ...request },
    result,
    expiresAt,
    awaitsPayment,
    outcome,
  });
  setHandler(reservationCaseQuery, readCase, { description: 'The complete case as JSON' });
  showDetails(() =>
    describeReservation({ reservationId, result, expiresAt, outcome, awaitsPayment, stopped: stuck.current }),
  );

  await condition(() => reserved !== undefined, NOT_RESERVED_TIMEOUT);
  outcome = await keep();
  // What was sold, or never reserved, is nothing that anybody changes at the last moment.
  if (outcome === 'expired' || outcome === 'released')
    await sleep(LINGER, { summary: 'until late messages are answered' });
  await untilQuiet({ openingUpdates: 1 });
  return outcome;

  /** However long the stores take to answer: once a reservation was asked for, its answer decides. */
  async function keep(): Promise<ReservationOutcome> {
    try {
      await reserved;
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      // It may have been granted all the same: whatever there is goes back.
      await stuck.retry('The reservation could not be released', durable.releaseReservation({ reservationId }));
      return 'not_reserved';
    }
    if (result?.outcome !== 'reserved' || request === undefined) return 'not_reserved';
    expiresAt = result.expiresAt;
    return untilOver(request);
  }

  /** Who is second finds it done: a reservation that was sold or released in the meantime stays so. */
  async function untilOver({ graceSeconds, settleSeconds }: StockRequest): Promise<ReservationOutcome> {
    let looks = 0;
    let lookAt = Date.parse(expiresAt!);
    for (;;) {
      const summary = looks === 0 ? 'until the reservation ends' : 'while a payment may be in progress';
      await condition(() => outcome !== undefined || changed, Math.max(0, lookAt - Date.now()), { summary });
      if (outcome !== undefined) return outcome;
      // Extended, or replaced: the ledger knows.
      if (changed && (await isReadAnew())) continue;
      const ended = await stuck.retry('The reservation could not be ended', durable.endReservation({ reservationId }));
      if (ended === 'not_due') {
        await isReadAnew();
        // Clocks that differ must not make it look again and again.
        lookAt = Math.max(lookAt, Date.now() + 1_000);
      } else if (ended === 'checkout_pending') {
        const keptUntil = Date.parse(expiresAt!) + Math.max(graceSeconds, settleSeconds) * 1000;
        const waitMs = Math.min(Math.max(1, graceSeconds) * 2 ** looks, MAX_LOOK_AGAIN_SECONDS) * 1000;
        looks += 1;
        lookAt = Date.now() + waitMs;
        if (keptUntil > Date.now()) lookAt = Math.min(lookAt, keptUntil);
        awaitsPayment = true;
      } else return ended;
    }

    /** @returns whether the reservation goes on */
    async function isReadAnew(): Promise<boolean> {
      changed = false;
      const reservation = await stuck.retry(
        'The reservation could not be read',
        durable.loadReservation({ reservationId }),
      );
      if (!reservation) return false;
      if (reservation.expiresAt !== expiresAt) {
        expiresAt = reservation.expiresAt;
        lookAt = Date.parse(expiresAt);
        looks = 0;
        awaitsPayment = false;
      }
      return true;
    }
  }
}
