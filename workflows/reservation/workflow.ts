import { allHandlersFinished, condition, setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import { uiActor } from '../../domain/actor.ts';
import { LONGEST_EXTENSION_MINUTES } from '../../domain/hold.ts';
import { quickSteps } from '../shared/activity-options.ts';
import { localSteps } from '../shared/described-steps.ts';
import { refuse, uncancellable } from '../shared/failures.ts';
import { checkRequest, describeUpdate, extensionMinutes } from '../shared/staff.ts';
import { Trouble } from '../shared/trouble.ts';
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

const { holdStock, endHold, releaseHold, loadHold, extendHold } = localSteps(quickSteps);

/** A start that no hold followed ends by itself. */
const NO_HOLD_TIMEOUT = '1 minute';
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
  let outcome: ReservationOutcome | undefined;
  /** As it stands after an extension; the result tells what was promised first. */
  let expiresAt: string | undefined;
  let changed = false;
  const trouble = new Trouble(() => tell());

  setHandler(
    holdUpdate,
    async (hold) => {
      request ??= hold;
      held ??= holdStock(hold);
      result = await held;
      return result;
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
        `Holds the items longer, once, by 1 to ${LONGEST_EXTENSION_MINUTES} minutes.`,
        EXTEND_EXAMPLE,
      ),
      validator: (extension) => {
        checkRequest(extension, EXTEND_EXAMPLE, { minutes: extensionMinutes });
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
  const tellCase = () => ({ ...input, request: request && { ...request }, result, expiresAt, outcome });
  setHandler(reservationCaseQuery, tellCase, { description: 'The whole case as JSON' });
  const tell = () =>
    setCurrentDetails(describeReservation({ reservationId, result, expiresAt, outcome, stopped: trouble.current }));

  tell();
  await condition(() => result !== undefined, NO_HOLD_TIMEOUT);
  if (result?.outcome !== 'held' || request === undefined) {
    outcome = 'not_held';
  } else {
    expiresAt = result.expiresAt;
    tell();
    outcome = await untilOver(request.graceSeconds);
  }
  tell();
  await condition(allHandlersFinished);
  return outcome;

  /** Who is second finds it done: a hold that was sold or released in the meantime stays so. */
  async function untilOver(graceSeconds: number): Promise<ReservationOutcome> {
    for (;;) {
      const leftMs = Math.max(0, Date.parse(expiresAt!) - Date.now());
      await condition(() => outcome !== undefined || changed, leftMs, { summary: 'until the hold ends' });
      if (outcome !== undefined) return outcome;
      const ended = changed ? 'not_due' : await end({ evenWithCheckout: false, onlyWhenDue: true });
      if (ended === 'checkout_pending') {
        // A charge may be in flight: the checkout settles it at Stripe in this time. If it can't, the stock goes back all the same.
        await sleep(graceSeconds * 1000, { summary: 'grace for a charge in flight' });
        const late = await end({ evenWithCheckout: true });
        return late === 'checkout_pending' || late === 'not_due' ? 'expired' : late;
      }
      if (ended !== 'not_due') return ended;
      // Extended, here or by the order: the ledger knows until when.
      changed = false;
      const hold = await trouble.persevere('The hold could not be read', () => loadHold({ reservationId }));
      if (hold) expiresAt = hold.expiresAt;
      tell();
    }
  }

  function end(how: { evenWithCheckout: boolean; onlyWhenDue?: boolean }) {
    return trouble.persevere('The hold could not be ended', () => endHold({ reservationId, ...how }));
  }
}
