import { fail, redirect } from '@sveltejs/kit';
import type { OrderPage, User } from '#lib/contracts.ts';
import { closeSession } from '#lib/server/accounts.ts';
import { forAccount, sentence, text } from '#lib/server/forms.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

const RECENT_ORDERS = 3;

export const load: PageServerLoad = async (event) => {
  const { api } = event.locals;
  const [user, orders] = await forAccount(event.url, () =>
    Promise.all([api.get<User>('/me'), api.get<OrderPage>('/orders', { query: { limit: RECENT_ORDERS } })]),
  );
  return { title: 'Your account', user, orders: orders.items, hasNewPassword: event.url.searchParams.has('reset') };
};

export const actions: Actions = {
  async rename(event) {
    const form = await event.request.formData();
    const fullName = text(form, 'full_name');
    try {
      await forAccount(event.url, () => event.locals.api.patch<User>('/me', { full_name: fullName || null }));
    } catch (error) {
      if (!isProblem(error)) throw error;
      return fail(error.status, { fullName, message: sentence(error) });
    }
    return { renamed: true };
  },

  async signOut({ locals }) {
    await closeSession(locals.api);
    redirect(303, '/');
  },
};
