/** Which new passwords are accepted, beyond the length that their schema requires: none that attackers try first. */
import { dictionary } from '@zxcvbn-ts/language-common';
import { DomainError } from '../../domain/errors.ts';

/** In lower case. */
const COMMON = new Set(dictionary['passwords-common']);
/** Fewer are a key held down or a short pattern, such as ten spaces. */
const MIN_DIFFERENT_CHARACTERS = 5;

/**
 * @param field of the request body, for the message
 * @throws DomainError invalid_request
 */
export function requireGoodPassword(field: string, password: string, email: string): void {
  const problem = passwordProblem(password, email);
  if (!problem) return;
  throw new DomainError('invalid_request', 'The request body is not valid. See errors.', {
    details: { errors: [{ path: field, message: problem }] },
  });
}

/** What is wrong with a password; undefined when it is good. @param password normalized */
export function passwordProblem(password: string, email: string): string | undefined {
  const plain = password.trim().toLowerCase();
  if (COMMON.has(plain)) return 'is one of the most common passwords; choose another one';
  if (new Set(plain).size < MIN_DIFFERENT_CHARACTERS)
    return `use at least ${MIN_DIFFERENT_CHARACTERS} different characters`;
  if (plain === email || plain === email.split('@')[0]) return 'must not be your email address';
  return undefined;
}
