import type { OrderPage } from '#lib/contracts.ts';
import { forAccount } from '#lib/server/forms.ts';
import type { PageServerLoad } from './$types';

/** The account's orders or, without an account, those of this browser's cart. */
export const load: PageServerLoad = async (event) => {
  const cursor = event.url.searchParams.get('cursor');
  const page = await forAccount(event.url, () => event.locals.api.get<OrderPage>('/orders', { query: { cursor } }));
  return { title: 'Orders', orders: page.items, nextCursor: page.next_cursor, first: cursor === null };
};
