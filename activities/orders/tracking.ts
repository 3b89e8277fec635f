/** Corrections of the carrier and the tracking number of parcels. The caller holds the order's lock. */
import type { Sql } from '../../infra/postgres/database.ts';
import type { OrderRow, ShipmentRow } from '../../infra/postgres/orders.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';

export interface TrackingCorrection {
  /** The correct values; at least one is given. */
  carrier?: string;
  trackingNumber?: string;
  /** The tracking number until now; needed only if the order has several. */
  replaces?: string;
}

type Parcels = Pick<OrderRow, 'shipments'>;

/** The parcels with the number to correct; several if they share it. */
function parcelsToCorrect({ shipments }: Parcels, { replaces }: TrackingCorrection): ShipmentRow[] {
  return replaces === undefined ? shipments : shipments.filter((shipment) => shipment.tracking_number === replaces);
}

/** Why a parcel can't be corrected, as a sentence to act on. */
export function refusalOfCorrection(order: Parcels, correction: TrackingCorrection): string | undefined {
  const parcels = parcelsToCorrect(order, correction);
  const numbers = [...new Set(order.shipments.map((shipment) => shipment.tracking_number))];
  if (parcels.length === 0)
    return `This order has no parcel ${correction.replaces ?? ''}. Its tracking numbers are ${numbers.join(', ')}.`;
  if (correction.replaces === undefined && numbers.length > 1)
    return `This order has several parcels: ${numbers.join(', ')}. Name the one to correct with "replaces".`;
  const { carrier, trackingNumber } = correction;
  const isSame = parcels.every(
    (parcel) =>
      (carrier ?? parcel.carrier) === parcel.carrier &&
      (trackingNumber ?? parcel.tracking_number) === parcel.tracking_number,
  );
  return isSame ? 'The parcel already has this carrier and tracking number.' : undefined;
}

/** Corrects the parcels. @returns their IDs */
export async function correctTracking(sql: Sql, order: Parcels, correction: TrackingCorrection): Promise<string[]> {
  const ids = parcelsToCorrect(order, correction).map(({ id }) => id);
  const { carrier, trackingNumber: tracking_number } = correction;
  await sql.run(
    sql.query
      .updateTable('shipments')
      .set({ ...(carrier && { carrier }), ...(tracking_number && { tracking_number }) })
      .where('id', '=', anyOf(ids)),
  );
  return ids;
}

/** Keeps the previous values in the history. */
export function correctionMessage(order: Parcels, correction: TrackingCorrection): string {
  const [parcel] = parcelsToCorrect(order, correction);
  const before = parcel ? `, previously ${parcel.carrier}, ${parcel.tracking_number}` : '';
  const carrier = correction.carrier ?? parcel?.carrier ?? '';
  const trackingNumber = correction.trackingNumber ?? parcel?.tracking_number ?? '';
  return `Tracking number corrected: ${carrier}, ${trackingNumber}${before}.`;
}
