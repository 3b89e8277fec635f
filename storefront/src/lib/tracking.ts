/** Where carriers show a parcel to whoever has its number. */
const PAGES: readonly (readonly [name: RegExp, page: string])[] = [
  [/^ups\b/i, 'https://www.ups.com/track?tracknum='],
  [/^usps\b/i, 'https://tools.usps.com/go/TrackConfirmAction?tLabels='],
  [/^fed ?ex\b/i, 'https://www.fedex.com/fedextrack/?trknbr='],
  [/^dhl\b/i, 'https://www.dhl.com/us-en/home/tracking.html?tracking-id='],
];

/** @returns the carrier's page about the parcel; undefined where we do not know one */
export function trackingPage(carrier: string, trackingNumber: string): string | undefined {
  const page = PAGES.find(([name]) => name.test(carrier.trim()))?.[1];
  return page && `${page}${encodeURIComponent(trackingNumber)}`;
}
