import { FirstRelease0001 } from './0001-first-release.ts';

/** In order; a migration that was released is never edited. */
export const migrations = [{ name: '0001-first-release', class: FirstRelease0001 }];
