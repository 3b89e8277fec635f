/** Shipping address rules for code that can't import the API's zod schema, such as the seed. A test compares the two. */

import { countryProblem } from './countries.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from './text.ts';
import { stateProblem } from './us-states.ts';

export interface Address {
  name?: string;
  street: string;
  street2?: string;
  city: string;
  state?: string;
  /** US: 12345 or 12345-6789. */
  postal_code: string;
  /** A code of `domain/countries`. */
  country: string;
}

const FIELDS: Readonly<Record<keyof Address, { required: boolean; maxLength: number }>> = {
  name: { required: false, maxLength: 255 },
  street: { required: true, maxLength: 255 },
  street2: { required: false, maxLength: 255 },
  city: { required: true, maxLength: 255 },
  state: { required: false, maxLength: 100 },
  postal_code: { required: true, maxLength: 10 },
  country: { required: true, maxLength: 2 },
};

/** Lists every problem of an address as a sentence; empty when the address is valid. */
export function addressProblems(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return ['Enter the complete address as an object: street, city, postal_code, country.'];
  const fields = value as Record<string, unknown>;
  const problems = Object.keys(fields)
    .filter((key) => !(key in FIELDS))
    .map((key) => `“${key}” is not an address field. Use ${Object.keys(FIELDS).join(', ')}.`);
  for (const [field, { required, maxLength }] of Object.entries(FIELDS)) {
    const text = fields[field];
    if (text === undefined && !required) continue;
    if (typeof text !== 'string' || (required && text.trim() === ''))
      problems.push(`“${field}” must be non-empty text.`);
    else if (hasForbiddenCharacters(text)) problems.push(`“${field}” ${FORBIDDEN_CHARACTERS_HINT}.`);
    else if (text.trim().length > maxLength && !isCode(field, fields))
      problems.push(`“${field}” is longer than ${maxLength} characters.`);
  }
  if (typeof fields.postal_code === 'string' && !/^\d{5}(-\d{4})?$/.test(fields.postal_code))
    problems.push('“postal_code” must be a US postal code: 12345 or 12345-6789.');
  const country = typeof fields.country === 'string' ? countryProblem(fields.country) : undefined;
  if (country && fields.country !== '') problems.push(`“country” ${country}.`);
  const state = typeof fields.state === 'string' && isInUS(fields) ? stateProblem(fields.state) : undefined;
  if (state) problems.push(`“state” ${state}.`);
  return problems;
}

/** Whether an address is in the United States, whose states are codes. @param address its country in any case */
export function isInUS({ country }: { country?: unknown }): boolean {
  return typeof country === 'string' && country.trim().toUpperCase() === 'US';
}

/** Whether the field holds a code, which a sentence of its own explains. */
function isCode(field: string, fields: Record<string, unknown>): boolean {
  return field === 'country' || (field === 'state' && isInUS(fields));
}

/** The address as stored: each field trimmed, the codes of the country and of a US state in upper case. */
export function tidyAddress(address: Address): Address {
  const tidy = Object.fromEntries(
    Object.keys(FIELDS).flatMap((field) => {
      const text = address[field as keyof Address]?.trim();
      return text === undefined ? [] : [[field, text]];
    }),
  ) as unknown as Address;
  return withUpperCodes(tidy);
}

/** The address with the codes of its country and of a US state in upper case. */
export function withUpperCodes<Codes extends Pick<Address, 'state' | 'country'>>(address: Codes): Codes {
  const state = isInUS(address) && address.state !== undefined ? { state: address.state.toUpperCase() } : {};
  return { ...address, ...state, country: address.country.toUpperCase() };
}
