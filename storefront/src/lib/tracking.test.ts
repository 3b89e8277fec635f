import { expect, it } from 'vitest';
import { trackingPage } from './tracking.ts';

it('knows where the usual carriers show a parcel, and says so of no other', () => {
  expect(trackingPage('UPS', '1Z 9&')).toMatch(/^https:\/\/www\.ups\.com\/.*1Z%209%26$/);
  expect(trackingPage('ups ground', '1')).toContain('www.ups.com');
  expect(trackingPage(' FedEx', '1')).toContain('www.fedex.com');
  expect(trackingPage('Upstate Couriers', '1')).toBeUndefined();
});
