/** Carriers' tracking pages. */
const PAGES: readonly (readonly [name: RegExp, page: string])[] = [
  [/^ups\b/i, 'https://www.ups.com/track?tracknum='],
  [/^usps\b/i, 'https://tools.usps.com/go/TrackConfirmAction?tLabels='],
  [/^fed ?ex\b/i, 'https://www.fedex.com/fedextrack/?trknbr='],
  [/^dhl\b/i, 'https://www.dhl.com/us-en/home/tracking.html?tracking-id='],
];

/** @returns the carrier's tracking page; undefined for an unknown carrier */
export function trackingPage(carrier: string, trackingNumber: string): string | undefined {
  const page = PAGES.find(([name]) => name.test(carrier.trim()))?.[1];
  return page && `${page}${encodeURIComponent(trackingNumber)}`;
}
