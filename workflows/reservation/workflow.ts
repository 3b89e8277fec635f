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
  reservationCaseQuery,
} from './messages.ts';

const { holdStock, endHold } = proxyLocalActivities<Activities>(quickSteps);

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
  const tellCase = () => ({ ...input, request: request && { ...request }, result, outcome });
  setHandler(reservationCaseQuery, tellCase, { description: 'The whole case as JSON' });
  const tell = () => setCurrentDetails(describeReservation(input.reservationId, result, outcome));

  tell();
  await condition(() => result !== undefined, NO_HOLD_TIMEOUT);
  if (result?.outcome !== 'held' || request === undefined) {
    outcome = 'not_held';
  } else {
    tell();
    await sleep(Math.max(0, Date.parse(result.expiresAt) - Date.now()), { summary: 'until the hold ends' });
    let ended = await endHold({ reservationId: input.reservationId, evenWithCheckout: false });
    if (ended === 'checkout_pending') {
      // A charge may be in flight: the checkout settles it at Stripe in this time. If it can't, the stock goes back all the same.
      await sleep(request.graceSeconds * 1000, { summary: 'grace for a charge in flight' });
      ended = await endHold({ reservationId: input.reservationId, evenWithCheckout: true });
    }
    outcome = ended === 'checkout_pending' ? 'expired' : ended;
  }
  tell();
  await condition(allHandlersFinished);
  return outcome;
}
