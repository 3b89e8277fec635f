import { fail } from '@sveltejs/kit';
import { sentence, text } from '#lib/server/forms.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
  title: 'Confirm your email address',
  token: url.searchParams.get('token') ?? '',
});

/** A click, because mail scanners open links, and each works once. */
export const actions: Actions = {
  async default({ locals, request }) {
    const token = text(await request.formData(), 'token');
    try {
      await locals.api.post('/auth/email-confirmations', { token }, { identity: 'anyone' });
    } catch (error) {
      const message = sentence(error);
      if (!isProblem(error)) throw error;
      return fail(error.status, {
        token,
        message: isProblem(error, 'invalid_request')
          ? 'This link isn’t complete. Open it from the email again.'
          : message,
      });
    }
    return { token, confirmed: true };
  },
};
