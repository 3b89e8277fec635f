/** Order numbers: nine digits in three groups, such as 482-913-077. PostgreSQL assigns them; people read them to each other. */

/** What people put before, between, and after the digits. Email programs and the Temporal Web UI replace hyphens by other dashes. */
const WRITTEN =
  /^(?:order\b)?\s*(?:no\.?|number)?\s*#?\s*([1-9]\d{2})[-\s.\u2010-\u2015]?(\d{3})[-\s.\u2010-\u2015]?(\d{3})$/i;

/** Reads an order number as people write it: with or without dashes, spaces, or a leading "#". @returns it as printed; undefined for other text */
export function readOrderNumber(text: string): string | undefined {
  return WRITTEN.exec(text.trim())?.slice(1).join('-');
}
