import { expect, it } from 'vitest';
import type { Api, ApiOptions } from './api.ts';
import { allCategories } from './categories.ts';

it('requests all categories without credentials', async () => {
  const requested: [path: string, options: ApiOptions | undefined][] = [];
  const items = [{ slug: 'lamps', name: 'Lamps', count: 3 }];
  const get = async (path: string, options?: ApiOptions) => {
    requested.push([path, options]);
    return { items };
  };
  expect(await allCategories({ get } as unknown as Api)).toEqual(items);
  expect(requested).toEqual([['/categories', { identity: 'anyone' }]]);
});
