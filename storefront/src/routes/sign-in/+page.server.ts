import { fail, redirect } from '@sveltejs/kit';
import { openSession } from '#lib/server/accounts.ts';
import { safeNext, sentence, text } from '#lib/server/forms.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
  const next = safeNext(url.searchParams.get('next'), '/account');
  if (locals.api.cookies.signedIn) redirect(303, next);
  return {
    title: 'Sign in',
    next,
    hasEnded: url.searchParams.has('ended'),
    wasClosed: url.searchParams.has('closed'),
  };
};

export const actions: Actions = {
  async default({ locals, request }) {
    const form = await request.formData();
    const email = text(form, 'email');
    // A password is used exactly as typed, including spaces.
    const password = String(form.get('password') ?? '');
    if (email === '' || password === '') return fail(400, { email, message: 'Enter your email and password.' });
    try {
      await openSession(locals.api, '/auth/login', { email, password });
    } catch (error) {
      return fail(isProblem(error) ? error.status : 500, { email, message: refusal(error) });
    }
    redirect(303, safeNext(text(form, 'next'), '/account'));
  },
};

function refusal(error: unknown): string {
  if (isProblem(error, 'invalid_credentials', 'invalid_request')) return 'Incorrect email or password.';
  return sentence(error);
}
