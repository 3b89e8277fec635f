import { expect, it } from 'vitest';
import { hasForbiddenCharacters } from './text.ts';

it.each(['a\u0000b', '\ud800', 'x\udc00y', '\u0007', '\u001b[31m', '\u007f', '\u0085'])(
  'refuses %j in any field',
  (text) => {
    expect(hasForbiddenCharacters(text)).toBe(true);
    expect(hasForbiddenCharacters(text, { multiline: true })).toBe(true);
  },
);

it('allows line breaks and tabs only in multiline text', () => {
  for (const text of ['a\nb', 'a\r\nb', 'a\tb']) {
    expect(hasForbiddenCharacters(text)).toBe(true);
    expect(hasForbiddenCharacters(text, { multiline: true })).toBe(false);
  }
});

it.each(['', 'Ada', 'Zoë Müller-日本', '👩‍👩‍👧 🇦🇹', 'مرحبا', '\u00a0'])('allows %j', (text) => {
  expect(hasForbiddenCharacters(text)).toBe(false);
});
