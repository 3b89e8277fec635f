import { Shop0001 } from './0001-shop.ts';
import { SupportDesk0002 } from './0002-support-desk.ts';

/** In order; a migration that has landed is never edited. */
export const migrations = [
  { name: '0001-shop', class: Shop0001 },
  { name: '0002-support-desk', class: SupportDesk0002 },
];
