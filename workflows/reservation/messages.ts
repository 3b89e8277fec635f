import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ReservationLimitName } from '../../domain/reservation-limits.ts';
import type { StaffRequest } from '../shared/staff.ts';

export const reservationWorkflowId = (reservationId: string): string => `reservation-${reservationId}`;

export interface ReservationInput {
  reservationId: string;
}

export interface HoldInput {
  reservationId: string;
  /** Names of the shopper, whose first it belongs to; what any of them reserved before is replaced. */
  owners: string[];
  cartId: string | null;
  addressHash: string;
  holdSeconds: number;
  /** Past the deadline, with an unpaid order: when to look first, and how long its stock is kept at most. */
  graceSeconds: number;
  settleSeconds: number;
  lines: { productId: string; quantity: number }[];
}

export interface HeldLineResult {
  productId: string;
  sku: string;
  name: string;
  imageUrl: string;
  quantity: number;
  unitPriceCents: number;
}

export type HoldResult =
  | { outcome: 'held'; requested: HoldInput['lines']; currency: string; expiresAt: string; lines: HeldLineResult[] }
  | {
      outcome: 'out_of_stock';
      requested: HoldInput['lines'];
      lines: { productId: string; name: string; requested: number; available: number }[];
    }
  /** The shopper's earlier reservation stands: it is being paid, or it has the same lines. */
  | { outcome: 'existing'; requested: HoldInput['lines']; reservationId: string }
  | { outcome: 'limited'; requested: HoldInput['lines']; limit: ReservationLimitName; max: number; message: string }
  | { outcome: 'mixed_currencies'; requested: HoldInput['lines']; lines: { productId: string; currency: string }[] }
  | { outcome: 'ended'; requested: HoldInput['lines'] };

export type ReservationOutcome = 'not_held' | 'committed' | 'released' | 'expired';

export const holdUpdate = defineUpdate<HoldResult, [HoldInput]>('hold');
export type ReleaseResult = 'released' | 'expired' | 'committed' | 'checkout_pending' | 'not_held';

export const releaseUpdate = defineUpdate<ReleaseResult, [{ requestedBy: string }]>('release');
export const extendReservationUpdate = defineUpdate<{ expiresAt: string }, [StaffRequest & { minutes: number }]>(
  'extendHold',
);
/** The hold's time was changed: it is read again. */
export const reservationChangedSignal = defineSignal('holdChanged');
export const reservationCaseQuery = defineQuery<Record<string, unknown>>('case');
