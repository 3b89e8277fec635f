/** Rules for text: which characters users may enter, and how sentences begin. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match control characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match control characters
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/**
 * Whether text contains a character that no field may: NUL (PostgreSQL rejects it), half of a surrogate pair (UTF-8 can't encode it), or
 * another control character.
 * @param options.multiline allows tabs and line breaks
 */
export function hasForbiddenCharacters(text: string, options: { multiline?: boolean } = {}): boolean {
  return (options.multiline ? CONTROL_BUT_LINES : CONTROL).test(text) || !text.isWellFormed();
}

/** The message for the sender of such text. */
export const FORBIDDEN_CHARACTERS_HINT = 'contains a control character that can’t be stored; remove it';

/** With its first letter in upper case. */
export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
