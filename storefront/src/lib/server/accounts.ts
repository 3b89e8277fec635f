/** Signing in, registering, and signing out. */
import type { Session } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { readCart } from './cart.ts';
import { type FieldErrors, fieldErrors } from './forms.ts';
import { type ApiProblem, isProblem } from './problem.ts';

/**
 * Registers or signs in. Sends the guest's cart ID, so that the API moves the guest's cart into the account.
 * @throws ApiProblem, such as `invalid_credentials` or `email_taken`
 */
export async function openSession(api: Api, path: '/auth/login' | '/auth/register', body: unknown): Promise<void> {
  await keepSession(api, await api.post<Session>(path, body, { identity: 'guest' }));
}

/** Sets a new password, and signs in, with the link from an email. @throws ApiProblem */
export async function resetPassword(api: Api, body: { token: string; password: string }): Promise<void> {
  await keepSession(api, await api.put<Session>('/auth/password', body, { identity: 'guest' }));
}

async function keepSession(api: Api, session: Session): Promise<void> {
  api.cookies.keepSession(session);
  // The count in the header comes from a cookie, and the account may already have a cart.
  await readCart(api);
}

/** Ends the session at the API and clears the shopper's cookies, even when the API does not respond. */
export async function closeSession(api: Api): Promise<void> {
  const refreshToken = api.cookies.refreshToken;
  try {
    if (refreshToken !== undefined)
      await api.post('/auth/logout', { refresh_token: refreshToken }, { identity: 'anyone' });
  } catch (error) {
    if (!isProblem(error)) throw error;
  } finally {
    api.cookies.dropAll();
  }
}

/** Problems of passwords that the API rejected, by field, as sentences. */
export function passwordErrors({ errors }: Pick<ApiProblem, 'errors'>): FieldErrors {
  return Object.fromEntries(
    Object.entries(fieldErrors(errors)).map(([field, problem]) => [field, asSentence(problem)]),
  );
}

function asSentence(problem: string): string {
  const text = /^(is|must)\b/.test(problem) ? `This ${problem}` : problem;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
