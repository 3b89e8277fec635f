import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { StaffRequest } from '../shared/staff.ts';

export const reservationWorkflowId = (reservationId: string): string => `reservation-${reservationId}`;

export interface ReservationInput {
  reservationId: string;
}

export interface HoldInput {
  reservationId: string;
  owner: string;
  cartId: string | null;
  currency: string;
  holdSeconds: number;
  graceSeconds: number;
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
