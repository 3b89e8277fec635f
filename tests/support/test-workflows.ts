/** Workflows that only tests run, and the path of each for a bundle. */
import { fileURLToPath } from 'node:url';

/** @param file in `tests/workflows` */
export const testWorkflowPath = (file: string): string =>
  fileURLToPath(new URL(`../workflows/${file}`, import.meta.url));
