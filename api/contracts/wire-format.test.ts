/**
 * Compares the wire format with `wire-format.json`. A change of a field, its type, or its limits must change that file in the same commit
 * (`npm test -- api/contracts/wire-format -u`), where a reviewer sees what callers will notice. Descriptions are omitted.
 */
import { expect, it } from 'vitest';
import { z } from 'zod';
import * as accounts from './accounts.ts';
import * as analytics from './analytics.ts';
import * as cart from './cart.ts';
import * as catalog from './catalog.ts';
import * as codec from './codec.ts';
import * as common from './common.ts';
import * as orders from './orders.ts';
import * as recommendations from './recommendations.ts';
import * as refunds from './refunds.ts';
import * as reservations from './reservations.ts';
import * as search from './search.ts';
import * as support from './support.ts';

const FILES = {
  accounts,
  analytics,
  cart,
  catalog,
  codec,
  common,
  orders,
  recommendations,
  refunds,
  reservations,
  search,
  support,
};

/** The wire format of every schema that a contracts file exports. */
function wireFormatOf(file: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schemas = Object.entries(file).filter(([, value]) => value instanceof z.ZodType) as [string, z.ZodType][];
  return Object.fromEntries(
    schemas.map(([name, schema]) => [
      name,
      z.toJSONSchema(schema, {
        io: 'input',
        unrepresentable: 'any',
        reused: 'inline',
        override: ({ jsonSchema }) => {
          delete jsonSchema.description;
          delete jsonSchema.examples;
        },
      }),
    ]),
  );
}

it('has not changed', async () => {
  const format = Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, wireFormatOf(file)]));
  await expect(`${JSON.stringify(format, null, 1)}\n`).toMatchFileSnapshot('./wire-format.json');
});
