import { condition, setHandler, sleep, TemporalFailure } from '@temporalio/workflow';
import { uiActor } from '../../domain/actor.ts';
import { MAX_EXTENSION_MINUTES } from '../../domain/reservation.ts';
import { patientSteps, quickSteps, shortSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancellable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { checkRequest, describeUpdate, extensionMinutes } from '../shared/staff.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';
import { describeReservation } from './case-details.ts';
import {
  extendReservationUpdate,
  type HoldInput,
  type HoldResult,
  holdUpdate,
  type ReservationInput,
  type ReservationOutcome,
  releaseUpdate,
  reservationCaseQuery,
  reservationChangedSignal,
} from './messages.ts';

/** Steps for whoever waits for the answer to a message; then those that must succeed. */
const { holdStock, releaseHold, extendHold } = localSteps(quickSteps);
const durable = durableSteps(localSteps(shortSteps), queuedSteps(patientSteps));

/** A start that no hold followed ends by itself. */
const NO_HOLD_TIMEOUT = '1 minute';
/** A message that just misses the end is refused with a sentence; one that comes when the workflow is closing is aborted. */
const LINGER = '5 seconds';
/** While a payment may be in flight the ledger is asked again after twice as long each time, at last every ten minutes: some 150 looks a day, each six events. */
const MAX_LOOK_AGAIN_SECONDS = 600;
const EXTEND_EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Shopper called', minutes: 15 };

/** Holds stock for a shopper, and gives it back when its time is over unless it was sold or released before. */
export function reservation(input: ReservationInput): Promise<ReservationOutcome> {
  return uncancellable(() => keepHold(input));
}

async function keepHold(input: ReservationInput): Promise<ReservationOutcome> {
  const { reservationId } = input;
  let request: HoldInput | undefined;
  let held: Promise<HoldResult> | undefined;
  let result: HoldResult | undefined;
  let awaitsPayment = false;
  let outcome: ReservationOutcome | undefined;
  /** As it stands after an extension; the result tells what was promised first. */
  let expiresAt: string | undefined;
  let changed = false;
  const stuck = new StuckSteps();

  setHandler(
    holdUpdate,
    async (hold) => {
      request ??= hold;
      held ??= holdStock(hold).then((answer) => {
        result = answer;
        return answer;
      });
      return await held;
    },
    {
      description: 'Holds the items, or says which fall short. Sent by the shop itself.',
      validator: (hold) => {
        if (hold?.reservationId !== reservationId)
          throw refuse('invalid_request', 'This hold is for another reservation.');
      },
    },
  );
  setHandler(
    releaseUpdate,
    async (_release) => {
      if ((await held)?.outcome !== 'held') return 'not_held';
      const ended = await releaseHold({ reservationId });
      if (ended === 'checkout_pending' || ended === 'not_due') return 'checkout_pending';
      outcome ??= ended;
      return ended;
    },
    {
      description: describeUpdate('Gives the items back before their time. Refused once an order stands on them.', {
        requestedBy: 'Anna',
      }),
    },
  );
  setHandler(
    extendReservationUpdate,
    async ({ requestId, requestedBy, reason, minutes }) => {
      const extended = await extendHold({ reservationId, minutes, requestId, actor: uiActor(requestedBy), reason });
      if (extended.outcome === 'refused') throw refuse('conflict', extended.message);
      changed = true;
      return { expiresAt: extended.expiresAt };
    },
    {
      description: describeUpdate(
        `Holds the items longer, once, by 1 to ${MAX_EXTENSION_MINUTES} minutes.`,
        EXTEND_EXAMPLE,
      ),
      validator: (extension) => {
        checkRequest(extension, EXTEND_EXAMPLE, { minutes: extensionMinutes });
        if (outcome === 'committed') throw refuse('conflict', 'These items are sold: look at the order.');
        if (result?.outcome !== 'held' || outcome !== undefined)
          throw refuse(
            'conflict',
            'Nothing is held here any more; the shopper has to put the items into the cart again.',
          );
      },
    },
  );
  setHandler(
    reservationChangedSignal,
    () => {
      changed = true;
    },
    { description: 'The hold’s time was changed: it is read again. Sent by the shop itself; harmless to send.' },
  );
  const tellCase = () => ({
    ...input,
    request: request && { ...request },
    result,
    expiresAt,
    awaitsPayment,
    outcome,
  });
  setHandler(reservationCaseQuery, tellCase, { description: 'The whole case as JSON' });
  showDetails(() =>
    describeReservation({ reservationId, result, expiresAt, outcome, awaitsPayment, stopped: stuck.current }),
  );

  await condition(() => held !== undefined, NO_HOLD_TIMEOUT);
  outcome = await keep();
  // What was sold, or never reserved, is nothing that anybody changes at the last moment.
  if (outcome === 'expired' || outcome === 'released') await sleep(LINGER, { summary: 'late messages are answered' });
  await untilQuiet({ openingUpdates: 1 });
  return outcome;

  /** However long the stores take to answer: once a hold was asked for, its answer decides. */
  async function keep(): Promise<ReservationOutcome> {
    try {
      await held;
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      // It may have been granted all the same: whatever there is goes back.
      await stuck.retry('The reservation could not be released', durable.releaseHold({ reservationId }));
      return 'not_held';
    }
    if (result?.outcome !== 'held' || request === undefined) return 'not_held';
    expiresAt = result.expiresAt;
    return untilOver(request);
  }

  /** Who is second finds it done: a hold that was sold or released in the meantime stays so. */
  async function untilOver({ graceSeconds, settleSeconds }: HoldInput): Promise<ReservationOutcome> {
    let looks = 0;
    let lookAt = Date.parse(expiresAt!);
    for (;;) {
      const summary = looks === 0 ? 'until the hold ends' : 'a payment may be in flight';
      await condition(() => outcome !== undefined || changed, Math.max(0, lookAt - Date.now()), { summary });
      if (outcome !== undefined) return outcome;
      // Extended, or replaced: the ledger knows.
      if (changed && (await isReadAnew())) continue;
      const ended = await stuck.retry('The hold could not be ended', durable.endHold({ reservationId }));
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

    /** @returns whether the hold goes on */
    async function isReadAnew(): Promise<boolean> {
      changed = false;
      const hold = await stuck.retry('The hold could not be read', durable.loadHold({ reservationId }));
      if (!hold) return false;
      if (hold.expiresAt !== expiresAt) {
        expiresAt = hold.expiresAt;
        lookAt = Date.parse(expiresAt);
        looks = 0;
        awaitsPayment = false;
      }
      return true;
    }
  }
}
