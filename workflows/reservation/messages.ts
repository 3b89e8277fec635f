import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ReservationLimitName } from '../../domain/reservation-limits.ts';
import type { RetryRequest } from '../retry-stopped/messages.ts';
import type { StaffRequest } from '../shared/staff.ts';

export const reservationWorkflowId = (reservationId: string): string => `reservation-${reservationId}`;

export interface ReservationInput {
  reservationId: string;
}

export interface StockRequest {
  reservationId: string;
  /** Identities of the shopper. The reservation belongs to the first, and replaces earlier reservations of all of them. */
  owners: string[];
  cartId: string | null;
  addressHash: string;
  reservationSeconds: number;
  /** For an unpaid order after `expiresAt`: the wait before the first check, and the maximum time that its stock stays reserved. */
  graceSeconds: number;
  settleSeconds: number;
  lines: { productId: string; quantity: number }[];
}

export interface ReservedLineResult {
  productId: string;
  sku: string;
  name: string;
  imageUrl: string;
  quantity: number;
  unitPriceCents: number;
}

export type ReservationResult =
  | {
      outcome: 'reserved';
      requested: StockRequest['lines'];
      currency: string;
      expiresAt: string;
      lines: ReservedLineResult[];
    }
  | {
      outcome: 'out_of_stock';
      requested: StockRequest['lines'];
      lines: { productId: string; name: string; requested: number; available: number }[];
    }
  /** The shopper keeps an earlier reservation, because it is being paid or has the same lines. */
  | { outcome: 'existing'; requested: StockRequest['lines']; reservationId: string }
  | { outcome: 'limited'; requested: StockRequest['lines']; limit: ReservationLimitName; max: number; message: string }
  | { outcome: 'mixed_currencies'; requested: StockRequest['lines']; lines: { productId: string; currency: string }[] }
  | { outcome: 'ended'; requested: StockRequest['lines'] };

export type ReservationOutcome = 'not_reserved' | 'committed' | 'released' | 'expired';

export const reserveUpdate = defineUpdate<ReservationResult, [StockRequest]>('reserve');
export type ReleaseResult = 'released' | 'expired' | 'committed' | 'checkout_pending' | 'not_reserved';

export const releaseUpdate = defineUpdate<ReleaseResult>('release');
export const extendReservationUpdate = defineUpdate<{ expiresAt: string }, [StaffRequest & { minutes: number }]>(
  'extendReservation',
);
export const retryReservationUpdate = defineUpdate<{ retried: string }, [RetryRequest]>('retry');
/** The reservation's `expiresAt` changed, so the workflow reloads it. */
export const reservationChangedSignal = defineSignal('reservationChanged');
export const reservationCaseQuery = defineQuery<Record<string, unknown>>('case');
