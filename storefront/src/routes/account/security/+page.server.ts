import { fail, redirect } from '@sveltejs/kit';
import type { Session, SessionList, User } from '#lib/contracts.ts';
import { passwordErrors } from '#lib/server/accounts.ts';
import { type FieldErrors, forAccount, sentence, text } from '#lib/server/forms.ts';
import { type ApiProblem, isProblem } from '#lib/server/problem.ts';
import type { Actions, PageServerLoad } from './$types';

type Section = 'email' | 'password' | 'sessions' | 'closure';

export const load: PageServerLoad = async ({ locals: { api }, url }) => {
  const [user, sessions] = await forAccount(url, () =>
    Promise.all([api.get<User>('/me'), api.get<SessionList>('/me/sessions')]),
  );
  return { title: 'Sign-in and security', user, sessions: sessions.items };
};

/** Runs `call` for a section of the page. @returns the section's result @throws a redirect to sign in when the session has ended */
async function inSection(
  section: Section,
  url: URL,
  call: () => Promise<unknown>,
  {
    done,
    values = {},
    errorsOf,
  }: { done: string; values?: Record<string, string>; errorsOf?: (problem: ApiProblem) => FieldErrors },
) {
  try {
    await forAccount(url, call);
  } catch (error) {
    const message = sentence(error);
    if (!isProblem(error)) throw error;
    const errors = errorsOf?.(error) ?? {};
    const isAboutField = Object.keys(errors).length > 0;
    return fail(error.status, { section, values, errors, done: '', message: isAboutField ? '' : message });
  }
  return { section, values: {} as Record<string, string>, errors: {} as FieldErrors, message: '', done };
}

const WRONG = 'Incorrect password.';
const wrongPassword =
  (field: string) =>
  (problem: ApiProblem): FieldErrors =>
    isProblem(problem, 'invalid_credentials') ? { [field]: WRONG } : {};

export const actions: Actions = {
  async email({ locals: { api }, request, url }) {
    const form = await request.formData();
    const values = { email: text(form, 'email') };
    const body = { ...values, password: String(form.get('password') ?? '') };
    return inSection('email', url, () => api.post('/me/email', body), {
      done: `We’ve sent a link to ${values.email}. Open it to use this address.`,
      values,
      errorsOf: (problem) => ({
        ...wrongPassword('password')(problem),
        ...Object.fromEntries(
          problem.errors.map(({ path }) => [
            path,
            path === 'email' ? 'Enter an email address like name@example.com.' : WRONG,
          ]),
        ),
      }),
    });
  },

  async confirm({ locals: { api }, url }) {
    return inSection('email', url, () => api.post('/me/email-confirmation', undefined), {
      done: 'We’ve sent you another email. Open the link in it.',
    });
  },

  async password({ locals: { api }, request, url }) {
    const form = await request.formData();
    const body = {
      current_password: String(form.get('current_password') ?? ''),
      new_password: String(form.get('new_password') ?? ''),
    };
    const change = async () => api.cookies.keepSession(await api.put<Session>('/me/password', body));
    return inSection('password', url, change, {
      done: 'Your password is changed. All other devices are signed out.',
      errorsOf: (problem) => {
        const { current_password: current, ...errors } = passwordErrors(problem);
        return {
          ...errors,
          ...(current && { current_password: WRONG }),
          ...wrongPassword('current_password')(problem),
        };
      },
    });
  },

  async end({ locals: { api }, request, url }) {
    const id = encodeURIComponent(text(await request.formData(), 'id'));
    return inSection('sessions', url, () => api.delete(`/me/sessions/${id}`), { done: 'That device is signed out.' });
  },

  async endOthers({ locals: { api }, url }) {
    return inSection('sessions', url, () => api.delete('/me/sessions'), { done: 'All other devices are signed out.' });
  },

  async close({ locals: { api }, request, url }) {
    const password = String((await request.formData()).get('password') ?? '');
    const result = await inSection('closure', url, () => api.post('/me/closure', { password }), {
      done: 'closed',
      errorsOf: (problem) => (problem.errors.length > 0 ? { password: WRONG } : wrongPassword('password')(problem)),
    });
    if (!('done' in result)) return result;
    api.cookies.dropAll();
    redirect(303, '/sign-in?closed');
  },
};
