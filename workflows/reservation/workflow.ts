import { condition, setHandler, sleep, TemporalFailure } from '@temporalio/workflow';
import { uiActor } from '../../domain/identity.ts';
import { MAX_EXTENSION_MINUTES } from '../../domain/reservation.ts';
import { patientSteps, quickSteps, shortSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { RETRY_FIELDS, requireStopped } from '../shared/retry-update.ts';
import { checkRequest, describeUpdate, extensionMinutes } from '../shared/staff.ts';
import { requireOwnStart } from '../shared/start-form.ts';
import { StuckSteps, untilDone } from '../shared/stuck-steps.ts';
import { describeReservation } from './case-details.ts';
import {
  extendReservationUpdate,
  type ReservationInput,
  type ReservationOutcome,
  type ReservationResult,
  releaseUpdate,
  reservationCaseQuery,
  reservationChangedSignal,
  reservationWorkflowId,
  reserveUpdate,
  retryReservationUpdate,
  type StockRequest,
} from './messages.ts';

/** Steps of update handlers, whose caller waits for the response. */
const quick = localSteps(quickSteps, ['releaseReservation', 'extendReservation']);

/** The first attempts to reserve, and those once staff see that it is stuck; a page can't be shown during an attempt of the former. */
const short = localSteps(shortSteps, ['reserveStock']);
const patient = queuedSteps({ ...patientSteps, scheduleToCloseTimeout: '10 minutes' }, ['reserveStock']);

const RECORDS = ['endReservation', 'loadReservation', 'releaseReservation'] as const;
/** Steps that must succeed: short attempts, then patient ones. */
const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));

/** A workflow that receives no reservation request within this time completes. */
const NOT_RESERVED_TIMEOUT = '1 minute';
/** The workflow stays open for this long after its end, so that a late message is refused with a sentence instead of aborted. */
const LATE_MESSAGES_TIMEOUT = '5 seconds';
/**
 * While a payment may be in flight, the wait before the next check of the ledger doubles up to ten minutes: about 150 checks a day, six
 * events each.
 */
const MAX_CHECK_INTERVAL_SECONDS = 600;
const RETRY_EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'The database is back' };
const EXTEND_EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Customer called', minutes: 15 };

/** Reserves stock for a shopper, and returns it when the reservation expires unless it was sold or released before. */
export async function reservation(input: ReservationInput): Promise<ReservationOutcome> {
  requireOwnStart(
    input,
    ({ reservationId }) => reservationId && reservationWorkflowId(reservationId),
    'To act on a reservation, open its case.',
  );
  return uncancelable(() => followReservation(input));
}

async function followReservation(input: ReservationInput): Promise<ReservationOutcome> {
  const { reservationId } = input;
  let request: StockRequest | undefined;
  let reserved: Promise<ReservationResult> | undefined;
  let result: ReservationResult | undefined;
  let awaitsPayment = false;
  let outcome: ReservationOutcome | undefined;
  /** Includes extensions; `result` keeps the time that was promised first. */
  let expiresAt: string | undefined;
  let changed = false;
  let isExtended = false;
  const stuck = new StuckSteps();

  setHandler(
    reserveUpdate,
    async (reservation) => {
      request ??= reservation;
      reserved ??= untilDone(stuck, 'The items could not be reserved', {
        short: () => short.reserveStock(reservation),
        long: () => patient.reserveStock(reservation),
      }).then((answer) => {
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
      isExtended = true;
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
    retryReservationUpdate,
    async () => {
      const retried = stuck.current?.what ?? '';
      stuck.retryNow();
      return { retried };
    },
    {
      description: describeUpdate('Retries the stopped step now. Send it once the cause is fixed.', RETRY_EXAMPLE),
      validator: (request) => {
        checkRequest(request, RETRY_EXAMPLE, RETRY_FIELDS);
        requireStopped(stuck, request);
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
    describeReservation({
      reservationId,
      result,
      expiresAt,
      outcome,
      awaitsPayment,
      isExtended,
      stopped: stuck.current,
    }),
  );

  await condition(() => reserved !== undefined, NOT_RESERVED_TIMEOUT);
  outcome = await untilEnded();
  // Nobody sends a late message about items that were sold or never reserved.
  if (outcome === 'expired' || outcome === 'released')
    await sleep(LATE_MESSAGES_TIMEOUT, { summary: 'until late messages are answered' });
  await untilQuiet({ openingUpdates: 1 });
  return outcome;

  /** Waits for the result of the reservation request, however long the stores take, and follows the reservation to its end. */
  async function untilEnded(): Promise<ReservationOutcome> {
    try {
      await reserved;
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      // The stock may have been reserved although the step failed, so release whatever exists.
      await stuck.retry('The reservation could not be released', durable.releaseReservation({ reservationId }));
      return 'not_reserved';
    }
    if (result?.outcome !== 'reserved' || request === undefined) return 'not_reserved';
    expiresAt = result.expiresAt;
    return untilNotOpen(request);
  }

  /** Waits until the reservation ends. Ending it is idempotent: if it was sold or released in the meantime, that outcome stays. */
  async function untilNotOpen({ graceSeconds, settleSeconds }: StockRequest): Promise<ReservationOutcome> {
    let checks = 0;
    let checkAt = Date.parse(expiresAt!);
    for (;;) {
      const summary = checks === 0 ? 'until the reservation ends' : 'while a payment may be in progress';
      await condition(() => outcome !== undefined || changed, Math.max(0, checkAt - Date.now()), { summary });
      if (outcome !== undefined) return outcome;
      // The reservation was extended or replaced, so the ledger's record decides.
      if (changed && (await reload())) continue;
      const ended = await stuck.retry('The reservation could not be ended', durable.endReservation({ reservationId }));
      if (ended === 'not_due') {
        await reload();
        // Wait at least a second, since clocks that differ could otherwise cause a busy loop.
        checkAt = Math.max(checkAt, Date.now() + 1_000);
      } else if (ended === 'checkout_pending') {
        const keptUntil = Date.parse(expiresAt!) + Math.max(graceSeconds, settleSeconds) * 1000;
        const waitMs = Math.min(Math.max(1, graceSeconds) * 2 ** checks, MAX_CHECK_INTERVAL_SECONDS) * 1000;
        checks += 1;
        checkAt = Date.now() + waitMs;
        if (keptUntil > Date.now()) checkAt = Math.min(checkAt, keptUntil);
        awaitsPayment = true;
      } else return ended;
    }

    /** Reloads the reservation. @returns false when it has ended */
    async function reload(): Promise<boolean> {
      changed = false;
      const reservation = await stuck.retry(
        'The reservation could not be read',
        durable.loadReservation({ reservationId }),
      );
      if (!reservation) return false;
      isExtended = reservation.isExtended;
      if (reservation.expiresAt !== expiresAt) {
        expiresAt = reservation.expiresAt;
        checkAt = Date.parse(expiresAt);
        checks = 0;
        awaitsPayment = false;
      }
      return true;
    }
  }
}
