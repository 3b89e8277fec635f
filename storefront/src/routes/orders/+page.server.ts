import type { OrderPage } from '#lib/contracts.ts';
import { forAccount } from '#lib/server/forms.ts';
import type { PageServerLoad } from './$types';

/** Orders of the account and, without one, those that this browser's cart placed. */
export const load: PageServerLoad = async (event) => {
  const cursor = event.url.searchParams.get('cursor');
  const page = await forAccount(event.url, () => event.locals.api.get<OrderPage>('/orders', { query: { cursor } }));
  return { title: 'Orders', orders: page.items, nextCursor: page.next_cursor, first: cursor === null };
};
