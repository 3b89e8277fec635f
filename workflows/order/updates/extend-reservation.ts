import { uiActor } from '../../../domain/identity.ts';
import { MAX_EXTENSION_MINUTES } from '../../../domain/reservation.ts';
import { refuse } from '../../shared/failures.ts';
import { extensionMinutes } from '../../shared/staff.ts';
import { extendOrderReservationUpdate, type OrderRequest } from '../messages.ts';
import { short } from '../steps.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate } from './staff-update.ts';

const requireState = requireStateFor('extendReservation');

export const extendReservation: StaffUpdate<{ expiresAt: string }, OrderRequest & { minutes: number }> = {
  definition: extendOrderReservationUpdate,
  description: `Extends the reservation of an unpaid order once, by 1 to ${MAX_EXTENSION_MINUTES} minutes.`,
  example: { ...EXAMPLE, minutes: 15 },
  fields: { minutes: extensionMinutes },
  check(order, request) {
    requireState(order, request);
    if (order.cancelRequest && !order.isDone('extendReservation', request.requestId))
      throw refuse('conflict', 'This order is being canceled, so its reservation can’t be extended.');
  },

  async handle(order, { requestId, requestedBy, reason, minutes }) {
    await order.whenLoaded();
    const { reservationId } = order.facts!;
    const extended = await short.extendReservation({
      reservationId,
      minutes,
      requestId,
      actor: uiActor(requestedBy),
      reason,
    });
    if (extended.outcome === 'refused') throw refuse('conflict', extended.message);
    await order.refresh();
    return { expiresAt: extended.expiresAt };
  },
};
