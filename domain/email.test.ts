import { describe, expect, it } from 'vitest';
import { email as emailSchema } from '../api/contracts/common.ts';
import { emailProblem, MAX_EMAIL_LENGTH, maskEmail } from './email.ts';

const INVALID = '“email” must be an email address, such as ada@example.com.';

describe('an email address', () => {
  it.each([
    ['ada@example.com', undefined],
    [" o'hara+shop@mail.example.com ", undefined],
    [`${'a'.repeat(MAX_EMAIL_LENGTH - 10)}@b.example`, undefined],
    [`${'a'.repeat(MAX_EMAIL_LENGTH - 9)}@b.example`, '“email” is longer than 255 characters.'],
    ['', '“email” is required.'],
    [' ', '“email” is required.'],
    [undefined, '“email” is required.'],
    [7, '“email” is required.'],
    ['ada', INVALID],
    ['ada@example', INVALID],
    ['@example.com', INVALID],
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
