import { expect, it } from 'vitest';
import { loginBody, registerBody } from '../contracts/accounts.ts';
import { passwordProblem } from './password-rules.ts';

const COMMON = 'is one of the most common passwords; choose another one';
const FEW = 'use at least 5 different characters';
const EMAIL = 'ada.lovelace@example.test';

it.each([
  ['1234567890', COMMON],
  ['Password123', COMMON],
  [' qwertyuiop ', COMMON],
  [' '.repeat(10), FEW],
  ['abcdabcdabcd', FEW],
  ['abcdeabcde', undefined],
  ['Ada.Lovelace@example.test', 'must not be your email address'],
  ['ada.lovelace', 'must not be your email address'],
  ['ada.lovelace.1815', undefined],
  ['correct horse battery', undefined],
  ['пароль для магазина', undefined],
])('%j: %s', (password, problem) => {
  expect(passwordProblem(password, EMAIL)).toBe(problem);
});

it('is the same password in every Unicode form of its characters', () => {
  const [composed, decomposed, fullWidth] = ['caf\u00e9 corner 7', 'cafe\u0301 corner 7', 'caf\u00e9 corner \uff17'];
  for (const password of [composed, decomposed, fullWidth]) {
    expect(registerBody.parse({ email: EMAIL, password }).password).toBe(composed);
    expect(loginBody.parse({ email: EMAIL, password }).password).toBe(composed);
  }
});

it('has at least 10 characters after normalization, and at most 200', () => {
  const isAccepted = (password: string) => registerBody.safeParse({ email: EMAIL, password }).success;
  expect(['123456789', '1234567890', 'e\u0301'.repeat(9), 'e\u0301'.repeat(10)].map(isAccepted)).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect([200, 201].map((length) => isAccepted('x'.repeat(length)))).toEqual([true, false]);
});
