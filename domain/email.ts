/** Rules for email addresses, for code that can't import the API's zod schemas, such as workflows. The API uses them, too. */
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from './text.ts';

/** In characters. */
export const MAX_EMAIL_LENGTH = 255;

/**
 * Local part of the characters that RFC 5322 allows without quotes, with dots only between others, and a domain whose labels are at most
 * 63 characters and whose top level starts with a letter, such as `com` or, for a name in another script, `xn--p1ai`.
 */
export const EMAIL_PATTERN =
  /^(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;

/** What is wrong with an address that staff entered, as a sentence; undefined when it is valid. */
export function emailProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return '“email” is required.';
  if (hasForbiddenCharacters(value)) return `“email” ${FORBIDDEN_CHARACTERS_HINT}.`;
  const email = value.trim();
  if (email.length > MAX_EMAIL_LENGTH) return `“email” is longer than ${MAX_EMAIL_LENGTH} characters.`;
  return EMAIL_PATTERN.test(email) ? undefined : '“email” must be an email address, such as ada@example.com.';
}

/** Hides most of an address, for a reader who may know it but must not learn it: ada@example.com → a•••@example.com. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}•••${email.slice(at)}`;
}
