/** What text may hold that people type and stores keep. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/**
 * Whether text holds what no field may: NUL (PostgreSQL refuses it), half of a surrogate pair (UTF-8 has no form for it), or another
 * control character.
 * @param options.multiline allows tabs and line breaks
 */
export function hasForbiddenCharacters(text: string, options: { multiline?: boolean } = {}): boolean {
  return (options.multiline ? CONTROL_BUT_LINES : CONTROL).test(text) || !text.isWellFormed();
}

/** What to tell whoever sent such text. */
export const FORBIDDEN_CHARACTERS_HINT = 'contains a control character that can’t be stored; remove it';
