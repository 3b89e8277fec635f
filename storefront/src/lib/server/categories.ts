import type { Category } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { memo } from './memo.ts';

const LIFE_MS = 60_000;

/** All categories, for the navigation and home page. @throws ApiProblem when the API has never responded */
export const allCategories = memo(async (api: Api): Promise<Category[]> => {
  const { items } = await api.get<{ items: Category[] }>('/categories', { identity: 'anyone' });
  return items;
}, LIFE_MS);
