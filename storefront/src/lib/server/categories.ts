import type { Category } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { memo } from './memo.ts';

const LIFE_MS = 60_000;

/** Every category, for navigation and home. @throws ApiProblem when the API has never answered */
export const allCategories = memo(async (api: Api): Promise<Category[]> => {
  const { items } = await api.get<{ items: Category[] }>('/categories', { identity: 'anyone' });
  return items;
}, LIFE_MS);
