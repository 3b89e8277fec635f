import { Shop0001 } from './0001-shop.ts';

/** In order; a migration that has landed is never edited. */
export const migrations = [{ name: '0001-shop', class: Shop0001 }];
