/** Lets one build serve any origin: the adapter sets it at build time, but a shop only knows it at startup. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Adapter } from '@sveltejs/kit';

const BUILT_ORIGIN = /^export const origin = .*;$/m;

/**
 * Wraps the Node adapter so that the public origin (form protection, absolute addresses) comes from the environment
 * variable ORIGIN when the server starts.
 * @param adapter made by `@sveltejs/adapter-node`
 * @param out folder that the adapter writes to
 * @throws Error while building, when a newer adapter writes the origin elsewhere
 */
export function withRuntimeOrigin(adapter: Adapter, out: string): Adapter {
  return {
    ...adapter,
    async adapt(builder) {
      await adapter.adapt(builder);
      const file = join(out, 'adapter-node.js');
      const source = readFileSync(file, 'utf8');
      if (!BUILT_ORIGIN.test(source)) {
        throw new Error(
          `${file} no longer exports the origin: adapt storefront/runtime-origin.ts to this adapter version`,
        );
      }
      writeFileSync(file, source.replace(BUILT_ORIGIN, 'export const origin = process.env.ORIGIN || undefined;'));
    },
  };
}
