import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../local/stack/profile.ts';

/** All pages of the support handbook. Staff copy from it, so tests check and execute its examples. */
export const HANDBOOK = globSync('docs/support/*.md', { cwd: CHECKOUT })
  .sort()
  .map((page) => readFileSync(join(CHECKOUT, page), 'utf8'))
  .join('\n');
