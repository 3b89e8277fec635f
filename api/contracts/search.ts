import { z } from 'zod';
import { priceBound, productSummary } from './catalog.ts';
import { limit, text } from './common.ts';

/** One slug, or several separated by commas. */
const slugs = text(2_000, { min: 0 });

export const searchQuery = z.object({
  q: text(200, { min: 0 }).default(''),
  category: z
    .union([slugs, z.array(slugs)])
    .optional()
    .transform((value) =>
      value === undefined
        ? []
        : [value]
            .flat()
            .flatMap((part) => part.split(','))
            .filter(Boolean),
    )
    .meta({ description: 'Category slugs; repeat the parameter or separate slugs with commas' }),
  min_price: priceBound.optional(),
  max_price: priceBound.optional(),
  page: z.coerce.number().int().min(1).max(400).default(1),
  limit: limit(24, 100),
});

export const searchPage = z
  .object({
    items: z.array(productSummary),
    total: z.number().int().nonnegative(),
    corrected_query: z
      .string()
      .nullable()
      .meta({ description: 'The corrected query, if a word of the original matched no product' }),
    facets: z.object({
      categories: z.array(z.object({ slug: z.string(), name: z.string(), count: z.number().int() })),
      price_ranges: z.array(
        z.object({ from: z.number().nullable(), to: z.number().nullable(), count: z.number().int() }),
      ),
    }),
  })
  .meta({ id: 'SearchPage' });
export type SearchPage = z.infer<typeof searchPage>;

export const suggestQuery = z.object({ q: text(100), limit: limit(8, 20) });
export const suggestions = z
  .object({ items: z.array(z.object({ text: z.string(), product_id: z.uuid() })) })
  .meta({ id: 'Suggestions' });
export type Suggestions = z.infer<typeof suggestions>;
