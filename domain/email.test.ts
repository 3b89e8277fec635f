import { describe, expect, it } from 'vitest';
import { email as emailSchema } from '../api/contracts/common.ts';
import { emailProblem, MAX_EMAIL_LENGTH, maskEmail } from './email.ts';

/** An address of this many characters. */
const ofLength = (length: number) => `ada@${`${'b'.repeat(49)}.`.repeat(4)}${'c'.repeat(length - 212)}.example`;
const INVALID = '“email” must be an email address, such as ada@example.com.';

describe('an email address', () => {
  it.each([
    ['ada@example.com', undefined],
    [" o'hara+shop@mail.example.com ", undefined],
    [ofLength(MAX_EMAIL_LENGTH), undefined],
    [ofLength(MAX_EMAIL_LENGTH + 1), '“email” is longer than 255 characters.'],
    ['', '“email” is required.'],
    [' ', '“email” is required.'],
    [undefined, '“email” is required.'],
    [7, '“email” is required.'],
    ['ada', INVALID],
    ['ada@example', INVALID],
    ['@example.com', INVALID],
    ['a&b@example.com', undefined],
    ['a/b@example.com', undefined],
    ["!#$%&'*+-/=?^_`{|}~@example.com", undefined],
    ['ada@xn--e1afmkfd.xn--p1ai', undefined],
    ['ada@example.museum', undefined],
    [`${'a'.repeat(64)}@example.com`, undefined],
    [`${'a'.repeat(65)}@example.com`, INVALID],
    [`ada@${'b'.repeat(63)}.example`, undefined],
    [`ada@${'b'.repeat(64)}.example`, INVALID],
    ['ada@127.0.0.1', INVALID],
    ['ada@example.c', INVALID],
    ['ada@-example.com', INVALID],
    ['ada@example-.com', INVALID],
    ['ada@example.xn--p1ai-', INVALID],
    ['ada lovelace@example.com', INVALID],
    ['"ada"@example.com', INVALID],
    ['ada<b@example.com', INVALID],
    ['ada,b@example.com', INVALID],
    ['ada@@example.com', INVALID],
    ['.ada@example.com', INVALID],
    ['a..da@example.com', INVALID],
    ['ada@example.com, bo@example.com', INVALID],
    ['ada\u0000@example.com', '“email” contains a control character that can’t be stored; remove it.'],
  ])('%j: %s, as at checkout', (value, problem) => {
    expect(emailProblem(value)).toBe(problem);
    expect(emailSchema.safeParse(value).success).toBe(problem === undefined);
  });

  it('is masked so that its owner recognizes it and nobody else can write to it', () => {
    expect(maskEmail('ada.moss@example.com')).toBe('a•••@example.com');
    expect(maskEmail('a@example.com')).toBe('a•••@example.com');
  });
});
