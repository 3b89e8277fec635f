import {
  allHandlersFinished,
  condition,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { quickSteps } from '../shared/activity-options.ts';
import { refuse } from '../shared/failures.ts';
import { describeReservation } from './case-details.ts';
import {
  type HoldInput,
  type HoldResult,
  holdUpdate,
  type ReservationInput,
  type ReservationOutcome,
  releaseUpdate,
  reservationCaseQuery,
} from './messages.ts';

const { holdStock, endHold, releaseHold } = proxyLocalActivities<Activities>(quickSteps);

/** A start that no hold followed ends by itself. */
const NO_HOLD_TIMEOUT = '1 minute';

/** Holds stock for a shopper, and gives it back when its time is over unless it was sold or released before. */
export async function reservation(input: ReservationInput): Promise<ReservationOutcome> {
  let request: HoldInput | undefined;
  let held: Promise<HoldResult> | undefined;
  let result: HoldResult | undefined;
  let outcome: ReservationOutcome | undefined;

  setHandler(
    holdUpdate,
    async (hold) => {
      request ??= hold;
      held ??= holdStock(hold);
      result = await held;
      return result;
    },
    {
      description: 'Holds the lines, or says which fall short. Sent by the API.',
      validator: (hold) => {
        if (hold.reservationId !== input.reservationId)
          throw refuse('invalid_request', 'This hold is for another reservation.');
      },
    },
  );
  setHandler(
    releaseUpdate,
    async (_release) => {
      if ((await held)?.outcome !== 'held') return 'not_held';
      const ended = await releaseHold({ reservationId: input.reservationId });
      if (ended !== 'checkout_pending') outcome ??= ended;
      return ended;
    },
    {
      description:
        'Gives the stock back before its time: {"requestedBy": "support:anna"}. Refused once an order stands on it.',
    },
  );
  const tellCase = () => ({ ...input, request: request && { ...request }, result, outcome });
  setHandler(reservationCaseQuery, tellCase, { description: 'The whole case as JSON' });
  const tell = () => setCurrentDetails(describeReservation(input.reservationId, result, outcome));

  tell();
  await condition(() => result !== undefined, NO_HOLD_TIMEOUT);
  if (result?.outcome !== 'held' || request === undefined) {
    outcome = 'not_held';
  } else {
    tell();
    const endsInMs = Math.max(0, Date.parse(result.expiresAt) - Date.now());
    await condition(() => outcome !== undefined, endsInMs, { summary: 'until the hold ends' });
    outcome ??= await endAtItsTime(input.reservationId, request.graceSeconds);
  }
  tell();
  await condition(allHandlersFinished);
  return outcome;
}

/** Who is second finds it done: a hold that was sold or released in the meantime stays so. */
async function endAtItsTime(reservationId: string, graceSeconds: number): Promise<ReservationOutcome> {
  let ended = await endHold({ reservationId, evenWithCheckout: false });
  if (ended === 'checkout_pending') {
    // A charge may be in flight: the checkout settles it at Stripe in this time. If it can't, the stock goes back all the same.
    await sleep(graceSeconds * 1000, { summary: 'grace for a charge in flight' });
    ended = await endHold({ reservationId, evenWithCheckout: true });
  }
  return ended === 'checkout_pending' ? 'expired' : ended;
}
