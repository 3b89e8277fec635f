/** Reads forms and prepares their responses. */
import { redirect } from '@sveltejs/kit';
import type { Api } from './api.ts';
import { tryAgain } from './failures.ts';
import { type ApiProblem, isProblem, needsSession } from './problem.ts';

export type FieldErrors = Record<string, string>;

/** A text field, trimmed; empty when it was not sent. */
export function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Several text fields as one record. */
export function texts<Name extends string>(form: FormData, names: readonly Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, text(form, name)])) as Record<Name, string>;
}

/** The first message of each field; `prefix` is removed from the API's paths. */
export function fieldErrors(errors: ApiProblem['errors'], prefix = ''): FieldErrors {
  const found: FieldErrors = {};
  for (const { path, message } of errors) {
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    found[name] ??= message;
  }
  return found;
}

/** A message for the shopper about a problem that is not about a field. @throws the error itself when it is not a problem */
export function sentence(error: unknown): string {
  if (!isProblem(error)) throw error;
  if (error.status === 429) return `Too many attempts. ${tryAgain(error.retryAfterSeconds)}`;
  if (error.status >= 500) return 'The shop is temporarily unavailable. Please try again in a moment.';
  return error.detail ?? 'Something went wrong. Please try again.';
}

/** The path of `next` when it leads to a page of this shop, otherwise `fallback`. It consists of the characters of URLs (RFC 3986). */
export function safeNext(next: string | null, fallback: string): string {
  return next !== null && /^\/(?!\/)[\w\-.~!$&'()*+,;=:@/?%]*$/.test(next) ? next : fallback;
}

/** The sign-in page, which leads back to the page. @param url of the page, or of one of its actions */
export function signInPath({ pathname, search }: Pick<URL, 'pathname' | 'search'>): string {
  return `/sign-in?next=${encodeURIComponent(pathname + (search.startsWith('?/') ? '' : search))}`;
}

/**
 * Returns the result of `call`; redirects shoppers whose session has ended to sign in and back.
 * @throws a redirect, or what `call` throws
 */
export async function forAccount<Result>(url: URL, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (needsSession(error)) redirect(303, signInPath(url));
    throw error;
  }
}

/**
 * Returns the result of `call`. A record that is not found may belong to an account, so signed-out shoppers are redirected to sign in and
 * back. @throws a redirect, or what `call` throws
 */
export async function forOwner<Result>(url: URL, api: Api, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const isHidden = isProblem(error, 'not_found') || needsSession(error);
    if (isHidden && !api.cookies.signedIn) redirect(303, signInPath(url));
    throw error;
  }
}
