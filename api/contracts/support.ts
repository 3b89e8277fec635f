import { z } from 'zod';

export const listParams = z.object({ name: z.string().min(1).max(100) });

const supportList = z
  .object({
    name: z.string(),
    title: z.string(),
    path: z.string().meta({ description: 'Sends on to the list in the Temporal Web UI' }),
    query: z.string().meta({ description: 'The list as a query of Temporal’s, as of now' }),
  })
  .meta({ id: 'SupportList' });
export type SupportList = z.infer<typeof supportList>;

export const supportLists = z.object({ items: z.array(supportList) }).meta({ id: 'SupportLists' });
