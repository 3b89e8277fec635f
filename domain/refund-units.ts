/** The units of an order that refunds include, by whether they have shipped. */
import { isClosedRefund, type OrderStatus, type RefundStatus } from './order-state.ts';

export interface RefundLine {
  productId: string;
  /** 1 or more. */
  quantity: number;
}

export interface RefundableOrder {
  status: OrderStatus;
  capturedCents: number;
  /** Whether everything that ships has shipped. Until a unit ships, refunding it cancels it: the unit is restocked and never ships. */
  hasShipped: boolean;
  /** Units in the order's shipments. They matter only while a part of the order has not shipped. */
  shipped: readonly RefundLine[];
  lines: readonly (RefundLine & { name: string; unitPriceCents: number })[];
}

export interface RefundRecord {
  amountCents: number;
  status: RefundStatus;
  lines: readonly RefundLine[];
  /** Whether its units had not shipped when it was requested, so that it cancels them. */
  cancelsUnits: boolean;
  /** A failed refund whose money went back in another way, such as a bank transfer. */
  isGivenUp: boolean;
  /** Its units are back on sale: no matter what happens to the money, they never ship and can't be refunded again. */
  isRestocked: boolean;
  /** A chargeback, or a refund made in the Stripe Dashboard. If it fails, it is never retried. */
  isFromStripe: boolean;
}

/** The fields that decide about its units, independent of its money. */
export type RefundUnits = Pick<RefundRecord, 'status' | 'lines' | 'cancelsUnits' | 'isGivenUp' | 'isRestocked'>;

export type RefundState = Pick<RefundRecord, 'status' | 'isGivenUp' | 'isRestocked' | 'isFromStripe'>;

/**
 * Whether its amount is refunded, being refunded, or set aside for it. A rejected or withdrawn refund frees its amount, and so does a
 * failed one, unless the money went back in another way.
 */
export function isCommitted(refund: Pick<RefundState, 'status' | 'isGivenUp'>): boolean {
  return refund.status === 'failed' ? refund.isGivenUp : !isClosedRefund(refund.status);
}

/** Whether its units are canceled, about to be, or restocked, so that no other refund can include them. */
export function takesUnits(refund: Pick<RefundState, 'status' | 'isGivenUp' | 'isRestocked'>): boolean {
  return isCommitted(refund) || refund.isRestocked;
}

/** Where a unit is: a refund either cancels unshipped units or is for shipped ones, because only the latter can be returned. */
export type UnitPlace = 'unshipped' | 'shipped';

/** Units of one product that no refund includes yet. */
export interface RefundableProduct {
  name: string;
  unitPriceCents: number;
  unshipped: number;
  shipped: number;
}

/** Whether some units have shipped and others have not. */
export function isPartlyShipped(order: Pick<RefundableOrder, 'hasShipped' | 'shipped'>): boolean {
  return !order.hasShipped && order.shipped.length > 0;
}

/** Where the units of a refund are now. */
export function placeOf(
  order: Pick<RefundableOrder, 'hasShipped' | 'shipped'>,
  refund: Pick<RefundRecord, 'cancelsUnits'>,
): UnitPlace {
  if (!isPartlyShipped(order)) return order.hasShipped ? 'shipped' : 'unshipped';
  return refund.cancelsUnits ? 'unshipped' : 'shipped';
}

/** Units of each product that no refund includes yet. */
export function refundableQuantities(
  order: Pick<RefundableOrder, 'lines' | 'hasShipped' | 'shipped'>,
  refunds: readonly RefundUnits[],
): Map<string, RefundableProduct> {
  const products = new Map<string, RefundableProduct>();
  const first: UnitPlace = order.hasShipped ? 'shipped' : 'unshipped';
  for (const { productId, name, unitPriceCents, quantity } of order.lines) {
    const product = products.get(productId) ?? { name, unitPriceCents, unshipped: 0, shipped: 0 };
    product[first] += quantity;
    products.set(productId, product);
  }
  if (isPartlyShipped(order)) {
    for (const { productId, quantity } of order.shipped) {
      const product = products.get(productId);
      if (product) {
        product.unshipped -= quantity;
        product.shipped += quantity;
      }
    }
  }
  for (const refund of refunds.filter(takesUnits)) takeUnits(products, placeOf(order, refund), refund.lines);
  return products;
}

export function takeUnits(
  products: Map<string, RefundableProduct>,
  place: UnitPlace,
  lines: readonly RefundLine[],
): void {
  for (const { productId, quantity } of lines) {
    const product = products.get(productId);
    if (product) product[place] -= quantity;
  }
}

/** All units in one place that no refund includes yet. */
export function remainingLines(products: ReadonlyMap<string, RefundableProduct>, place: UnitPlace): RefundLine[] {
  return [...products].flatMap(([productId, product]) =>
    product[place] > 0 ? [{ productId, quantity: product[place] }] : [],
  );
}

export const SPLIT_REQUEST =
  'Some of these units have shipped and others have not. Request the refund of each in its own request, with "lines".';

/**
 * Where the requested units are. In an order of which a part has shipped, units that have not shipped come first, unless a return is
 * requested. @returns no place when an amount without lines could be for either
 */
export function choosePlace(
  order: RefundableOrder,
  products: ReadonlyMap<string, RefundableProduct>,
  { lines, awaitReturn }: { lines?: readonly RefundLine[]; awaitReturn?: boolean },
): { place: UnitPlace | undefined } | { refused: string } {
  if (!isPartlyShipped(order)) return { place: order.hasShipped ? 'shipped' : 'unshipped' };
  const places: UnitPlace[] = ['unshipped', 'shipped'];
  if (!lines) {
    const withUnits = places.filter((place) => remainingLines(products, place).length > 0);
    return { place: withUnits.length === 1 ? withUnits[0] : undefined };
  }
  if (awaitReturn) return { place: 'shipped' };
  const requested = addUp(lines);
  const fits = (leftOf: (product: RefundableProduct) => number): boolean =>
    [...requested].every(([productId, quantity]) => {
      const product = products.get(productId);
      return product === undefined || quantity <= leftOf(product);
    });
  const place = places.find((each) => fits((product) => product[each]));
  if (place) return { place };
  if (fits((product) => product.unshipped + product.shipped)) return { refused: SPLIT_REQUEST };
  // More units than were bought: the refusal names how many of those that can be refunded are left.
  return { place: remainingLines(products, 'unshipped').length > 0 ? 'unshipped' : 'shipped' };
}

/** Units by product ID. */
export function addUp(lines: readonly RefundLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { productId, quantity } of lines) sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  return sums;
}
