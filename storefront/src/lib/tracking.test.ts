import { expect, it } from 'vitest';
import { trackingPage } from './tracking.ts';

it('links to the tracking pages of known carriers only', () => {
  expect(trackingPage('UPS', '1Z 9&')).toMatch(/^https:\/\/www\.ups\.com\/.*1Z%209%26$/);
  expect(trackingPage('ups ground', '1')).toContain('www.ups.com');
  expect(trackingPage(' FedEx', '1')).toContain('www.fedex.com');
  expect(trackingPage('Upstate Couriers', '1')).toBeUndefined();
});

it.each([
  ['UPS', 'https://www.ups.com/track?tracknum=1'],
  ['usps Priority', 'https://tools.usps.com/go/TrackConfirmAction?tLabels=1'],
  ['Fed Ex', 'https://www.fedex.com/fedextrack/?trknbr=1'],
  ['DHL Express', 'https://www.dhl.com/us-en/home/tracking.html?tracking-id=1'],
])('links a package from %s to %s', (carrier, page) => {
  expect(trackingPage(carrier, '1')).toBe(page);
  expect(trackingPage(`Not ${carrier}`, '1')).toBeUndefined();
});
