import { Shop0001 } from './0001-shop.ts';
import { SupportDesk0002 } from './0002-support-desk.ts';
import { Recommendations0003 } from './0003-recommendations.ts';
import { PurchasedLines0004 } from './0004-purchased-lines.ts';

/** In order; a migration that has landed is never edited. */
export const migrations = [
  { name: '0001-shop', class: Shop0001 },
  { name: '0002-support-desk', class: SupportDesk0002 },
  { name: '0003-recommendations', class: Recommendations0003 },
  { name: '0004-purchased-lines', class: PurchasedLines0004 },
];
