import { describe, expect, it } from 'vitest';
import { COUNTRY_CODES, countryProblem } from './countries.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Codes that the runtime names although ISO 3166-1 does not assign them to a country: reserved, withdrawn, or for private use. */
const NOT_ASSIGNED = ['AC', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'XK', 'ZZ'];

describe('the country codes', () => {
  it('are 249, each with a name of its own', () => {
    expect(COUNTRY_CODES.size).toBe(249);
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    const named = [...COUNTRY_CODES].map((code) => names.of(code));
    expect(new Set(named).size).toBe(249);
    expect(named).not.toContain(undefined);
  });

  it('include every current code that the runtime names, except for those that are not assigned', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    const known = LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter((code) => {
      // A withdrawn code, such as DD, is an alias of the current one.
      const isCurrent = new Intl.Locale(`und-${code}`).region === code;
      return isCurrent && names.of(code) !== undefined && !NOT_ASSIGNED.includes(code);
    });
    expect([...COUNTRY_CODES].sort()).toEqual(known);
  });

  it('are accepted in any case, and others are refused with a hint', () => {
    for (const code of ['US', 'us', 'Gb', 'SS']) expect(countryProblem(code)).toBeUndefined();
    expect(countryProblem('UK')).toBe('is not the code of a country; use GB for the United Kingdom');
    expect(countryProblem('el')).toBe('is not the code of a country; use GR for Greece');
    expect(countryProblem('EU')).toBe('is not the code of a country; use the code of the country');
    for (const code of ['XX', 'ZZ', 'AA'])
      expect(countryProblem(code)).toBe('is not the code of a country; use two letters of ISO 3166, such as US');
    for (const code of ['USA', 'United States'])
      expect(countryProblem(code)).toBe('is not the code of a country; use US for the United States');
    for (const code of ['', 'U', 'USX', 'U1', 'ÄÖ', 'constructor'])
      expect(countryProblem(code)).toBe('must be two letters of ISO 3166, such as US');
  });
});
