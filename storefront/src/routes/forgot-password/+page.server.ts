import { fail } from '@sveltejs/kit';
import { sentence, text } from '#lib/server/forms.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = () => ({ title: 'Reset your password' });

export const actions: Actions = {
  async default({ locals, request }) {
    const email = text(await request.formData(), 'email');
    try {
      await locals.api.post('/auth/password-resets', { email }, { identity: 'anyone' });
    } catch (error) {
      const message = sentence(error);
      if (!isProblem(error)) throw error;
      if (error.errors.length === 0) return fail(error.status, { email, message });
      return fail(400, { email, error: 'Enter an email address like name@example.com.' });
    }
    return { email, sent: true };
  },
};
