/**
 * What staff send at the Temporal UI: one JSON object each, checked before it is accepted. The UI keeps its dialog open and
 * shows the sentence when a check refuses.
 */
import { MAX_EXTENSION_MINUTES } from '../../domain/reservation.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from '../../domain/text.ts';
import { refuse } from './failures.ts';

/** Every request names itself, so that sending it twice does it once, and says who asks and why. */
export interface StaffRequest {
  requestId: string;
  requestedBy: string;
  reason?: string;
}

const MAX_LENGTH = { requestId: 100, requestedBy: 100, reason: 500 } as const;

export type FieldCheck = (value: unknown) => string | undefined;

/** @param what what the text is, as a sentence begins: "The carrier" */
export const requiredText =
  (what: string, longest: number): FieldCheck =>
  (value) => {
    if (typeof value !== 'string' || value.trim() === '') return `${what} is required.`;
    if (hasForbiddenCharacters(value, { multiline: true })) return `${what} ${FORBIDDEN_CHARACTERS_HINT}.`;
    return value.length > longest ? `${what} is longer than ${longest} characters.` : undefined;
  };

export const optional =
  (check: FieldCheck): FieldCheck =>
  (value) =>
    value === undefined || value === null ? undefined : check(value);

/** A whole number of minutes by which a reservation is extended. */
export const extensionMinutes: FieldCheck = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_EXTENSION_MINUTES
    ? undefined
    : `“minutes” must be a whole number from 1 to ${MAX_EXTENSION_MINUTES}.`;

export const aFlag =
  (name: string): FieldCheck =>
  (value) =>
    typeof value === 'boolean' ? undefined : `“${name}” must be true or false.`;

const FIELDS: Readonly<Record<string, FieldCheck>> = {
  requestId: requiredText(
    '“requestId” (any text that identifies this request, such as the ticket number)',
    MAX_LENGTH.requestId,
  ),
  requestedBy: requiredText('“requestedBy” (your name)', MAX_LENGTH.requestedBy),
  reason: requiredText('“reason” (why, in a few words)', MAX_LENGTH.reason),
};

/**
 * Refuses a request that is no object, lacks something or holds something unknown, with an example of a good one.
 * @param fields checks of its own fields; `reason` may be given again to make it optional
 * @throws ApplicationFailure invalid_request
 */
export function checkRequest(
  request: unknown,
  example: object,
  fields: Readonly<Record<string, FieldCheck>> = {},
): void {
  const like = `For example: ${inOneLine(example)}`;
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw refuse('invalid_request', `Send one JSON object. ${like}`);
  const checks = { ...FIELDS, proof: optional(requiredText('“proof”', 200)), ...fields };
  const given = request as Record<string, unknown>;
  const unknown = Object.keys(given).filter((key) => !(key in checks));
  const problems = [
    ...unknown.map((key) => `“${key}” is not a valid field.`),
    ...Object.entries(checks).flatMap(([name, check]) => check(given[name]) ?? []),
  ];
  if (problems.length > 0) throw refuse('invalid_request', `${problems.join(' ')} ${like}`);
}

/** The checks of `requestedBy` and `reason` alone, for what is no request of staff. @returns what is wrong, as sentences */
export function refusalOfTexts(given: { requestedBy: unknown; reason: unknown }): string | undefined {
  const problems = Object.entries(given).flatMap(([name, value]) => FIELDS[name]!(value) ?? []);
  return problems.length > 0 ? problems.join(' ') : undefined;
}

/** A handler's description: what it does, then an example to copy. */
export function describeUpdate(what: string, example: object): string {
  return `${what}\n\nSend: ${inOneLine(example)}`;
}

/** JSON in one line, as the UI shows it anyway, with spaces at which it can break the line. */
function inOneLine(example: object): string {
  return JSON.stringify(example, null, 1)
    .replaceAll(/([[{])\n */g, '$1')
    .replaceAll(/\n *([\]}])/g, '$1')
    .replaceAll(/\n */g, ' ');
}
