/** Country codes that are officially assigned in ISO 3166-1 alpha-2. */

export const COUNTRY_CODES: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK ' +
    'CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS ' +
    'GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV ' +
    'LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM ' +
    'PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR ' +
    'TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

const UNITED_STATES = 'use US for the United States';
const UNITED_KINGDOM = 'use GB for the United Kingdom';

/** Codes and names in common use that are not assigned codes, and what to enter instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  USA: UNITED_STATES,
  'U.S.': UNITED_STATES,
  'U.S.A.': UNITED_STATES,
  AMERICA: UNITED_STATES,
  'UNITED STATES': UNITED_STATES,
  'UNITED STATES OF AMERICA': UNITED_STATES,
  GBR: UNITED_KINGDOM,
  ENGLAND: UNITED_KINGDOM,
  'GREAT BRITAIN': UNITED_KINGDOM,
  'UNITED KINGDOM': UNITED_KINGDOM,
  CAN: 'use CA for Canada',
  CANADA: 'use CA for Canada',
  MEX: 'use MX for Mexico',
  MEXICO: 'use MX for Mexico',
  UK: UNITED_KINGDOM,
  EL: 'use GR for Greece',
  EU: 'use the code of the country',
  XK: 'Kosovo has no assigned code',
};

/** @param code in any case @returns what is wrong with it, to follow the field's name; undefined when it is assigned */
export function countryProblem(code: string): string | undefined {
  const upper = code.trim().toUpperCase();
  if (COUNTRY_CODES.has(upper)) return undefined;
  const hint = Object.hasOwn(INSTEAD, upper) ? INSTEAD[upper] : undefined;
  if (hint || /^[A-Z]{2}$/.test(upper))
    return `is not the code of a country; ${hint ?? 'use two letters of ISO 3166, such as US'}`;
  return 'must be two letters of ISO 3166, such as US';
}
