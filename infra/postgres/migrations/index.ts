import { FirstRelease0001 } from './0001-first-release.ts';

/** In order. Never edit a released migration. */
export const migrations = [{ name: '0001-first-release', class: FirstRelease0001 }];
