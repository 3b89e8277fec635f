import { fail, redirect } from '@sveltejs/kit';
import { openSession, passwordErrors } from '#lib/server/accounts.ts';
import { type FieldErrors, fieldErrors, safeNext, sentence, text } from '#lib/server/forms.ts';
import { type ApiProblem, isProblem } from '#lib/server/problem.ts';
import { registerBody } from '../../../../api/contracts/accounts.ts';
import type { Actions, PageServerLoad } from './$types';

type RegisterValues = Record<'full_name' | 'email', string>;

const MESSAGES: Record<string, string> = {
  email: 'Enter an email address like name@example.com.',
  password: 'Use at least 10 characters.',
  full_name: 'Enter your name, or leave this blank.',
};

export const load: PageServerLoad = ({ locals, url }) => {
  const next = safeNext(url.searchParams.get('next'), '/account');
  if (locals.api.cookies.signedIn) redirect(303, next);
  return { title: 'Create an account', next };
};

export const actions: Actions = {
  async default({ locals, request }) {
    const form = await request.formData();
    const values: RegisterValues = { full_name: text(form, 'full_name'), email: text(form, 'email') };
    const parsed = registerBody.safeParse({
      email: values.email,
      password: String(form.get('password') ?? ''),
      full_name: values.full_name || undefined,
    });
    if (!parsed.success) {
      const errors: FieldErrors = {};
      for (const issue of parsed.error.issues) {
        const name = String(issue.path[0]);
        errors[name] ??= MESSAGES[name] ?? issue.message;
      }
      return failed(400, values, errors);
    }
    try {
      await openSession(locals.api, '/auth/register', parsed.data);
    } catch (error) {
      return notRegistered(error, values);
    }
    redirect(303, safeNext(text(form, 'next'), '/account'));
  },
};

function notRegistered(error: unknown, values: RegisterValues) {
  if (isProblem(error, 'email_taken')) {
    return failed(409, values, { email: 'An account with this email already exists. Sign in instead.' });
  }
  const message = sentence(error);
  return isProblem(error)
    ? failed(error.status, values, registerErrors(error), error.errors.length > 0 ? undefined : message)
    : failed(500, values, {}, message);
}

/** A common password is a problem that only the API finds. */
function registerErrors(problem: ApiProblem): FieldErrors {
  return { ...fieldErrors(problem.errors), ...passwordErrors(problem) };
}

function failed(status: number, values: RegisterValues, errors: FieldErrors, message?: string) {
  return fail(status, { values, errors, message });
}
