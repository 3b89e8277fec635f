import { z } from 'zod';
import { text } from './common.ts';

export const listParams = z.object({ name: text(100) });

export const findBody = z
  .strictObject({ for: text(300).meta({ description: 'What identifies the case, such as an order number' }) })
  .meta({ id: 'FindRequest' });

const supportList = z
  .object({
    name: z.string(),
    title: z.string(),
    path: z.string().meta({ description: 'Redirects to the list in the Temporal Web UI' }),
    query: z.string().meta({ description: 'The list’s current Temporal visibility query' }),
  })
  .meta({ id: 'SupportList' });
export type SupportList = z.infer<typeof supportList>;

export const supportLists = z.object({ items: z.array(supportList) }).meta({ id: 'SupportLists' });
