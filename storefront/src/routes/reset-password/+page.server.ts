import { fail, redirect } from '@sveltejs/kit';
import { passwordErrors, resetPassword } from '#lib/server/accounts.ts';
import { sentence, text } from '#lib/server/forms.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
  title: 'Choose a new password',
  token: url.searchParams.get('token') ?? '',
});

export const actions: Actions = {
  async default({ locals, request }) {
    const form = await request.formData();
    const token = text(form, 'token');
    const password = String(form.get('password') ?? '');
    try {
      await resetPassword(locals.api, { token, password });
    } catch (error) {
      const message = sentence(error);
      if (!isProblem(error)) throw error;
      const { password: problem } = passwordErrors(error);
      return fail(error.status, { token, error: problem, message: problem ? undefined : message });
    }
    redirect(303, '/account?reset');
  },
};
