/** Limits on reserved units. Each shopper has one open reservation, so an owner's reserved units are those of that reservation. */

export type ReservationLimitName = 'owner_units' | 'guest_units' | 'address_open' | 'address_units';

export interface ReservationLimits {
  maxUnitsPerOwner: number;
  maxUnitsPerGuest: number;
  maxOpenPerAddress: number;
  maxUnitsPerAddress: number;
}

export interface ExceededLimit {
  limit: ReservationLimitName;
  max: number;
}

/** @param address open reservations and units of the shopper's IP address besides this one @returns the first limit that the units exceed */
export function exceededLimit(
  limits: ReservationLimits,
  { isGuest, units, address }: { isGuest: boolean; units: number; address: { open: number; units: number } },
): ExceededLimit | undefined {
  const perOwner: ExceededLimit = isGuest
    ? { limit: 'guest_units', max: limits.maxUnitsPerGuest }
    : { limit: 'owner_units', max: limits.maxUnitsPerOwner };
  if (units > perOwner.max) return perOwner;
  if (address.open + 1 > limits.maxOpenPerAddress) return { limit: 'address_open', max: limits.maxOpenPerAddress };
  if (address.units + units > limits.maxUnitsPerAddress)
    return { limit: 'address_units', max: limits.maxUnitsPerAddress };
  return undefined;
}

/** Names the limit and what the shopper can do, in one or two sentences. */
export function limitMessage({ limit, max }: ExceededLimit): string {
  switch (limit) {
    case 'guest_units':
      return `Guests can reserve up to ${max} items at a time. Reduce the quantities, or sign in to reserve more.`;
    case 'owner_units':
      return `You can reserve up to ${max} items at a time. Reduce the quantities and place a second order for the rest.`;
    case 'address_open':
      return `Your network has ${max} open reservations, which is the maximum. Try again in a few minutes, after some are paid or expire.`;
    case 'address_units':
      return `Shoppers on your network can reserve up to ${max} items at a time. Reduce the quantities, or try again in a few minutes.`;
  }
}
