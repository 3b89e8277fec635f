import { fail, redirect } from '@sveltejs/kit';
import { type FieldErrors, fieldErrors, sentence, text } from '#lib/server/forms.ts';
import { orderPath } from '#lib/server/orders.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
  title: 'Find your order',
  expired: url.searchParams.has('expired'),
});

const MESSAGES: FieldErrors = {
  number: 'Enter the nine digits from your email, like 482-913-077.',
  email: 'Enter the email address of the order.',
};

export const actions: Actions = {
  async default({ locals, request }) {
    const form = await request.formData();
    const values = { number: text(form, 'number'), email: text(form, 'email') };
    let found: { id: string; key: string };
    try {
      found = await locals.api.post('/orders/find', values, { identity: 'anyone' });
    } catch (error) {
      const message = sentence(error);
      if (!isProblem(error)) throw error;
      const errors = Object.fromEntries(
        Object.entries(fieldErrors(error.errors)).map(([field, hint]) => [field, MESSAGES[field] ?? hint]),
      );
      return fail(error.status, { values, errors, message: error.errors.length > 0 ? undefined : message });
    }
    locals.api.cookies.keepOrderKey(found.id, found.key);
    redirect(303, orderPath(found.id));
  },
};
