/**
 * Checks of the updates that staff send in the Temporal UI, each one JSON object. If a check fails, the UI keeps its dialog open and shows
 * the sentence.
 */
import { MAX_EXTENSION_MINUTES } from '../../domain/reservation.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from '../../domain/text.ts';
import { refuse } from './failures.ts';

/** Every request has an ID, which makes it idempotent, and states who requests it and why. */
export interface StaffRequest {
  requestId: string;
  requestedBy: string;
  reason?: string;
}

const MAX_LENGTH = { requestId: 100, requestedBy: 100, reason: 500 } as const;

export type FieldCheck = (value: unknown) => string | undefined;

/** @param what the subject of the sentence that states the problem: "The carrier" @param maxLength in characters */
export const requiredText =
  (what: string, maxLength: number): FieldCheck =>
  (value) => {
    if (typeof value !== 'string' || value.trim() === '') return `${what} is required.`;
    if (hasForbiddenCharacters(value, { multiline: true })) return `${what} ${FORBIDDEN_CHARACTERS_HINT}.`;
    return value.length > maxLength ? `${what} is longer than ${maxLength} characters.` : undefined;
  };

export const optional =
  (check: FieldCheck): FieldCheck =>
  (value) =>
    value === undefined || value === null ? undefined : check(value);

/** Minutes by which a reservation is extended: a whole number from 1 to `MAX_EXTENSION_MINUTES`. */
export const extensionMinutes: FieldCheck = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_EXTENSION_MINUTES
    ? undefined
    : `“minutes” must be a whole number from 1 to ${MAX_EXTENSION_MINUTES}.`;

export const aFlag =
  (name: string): FieldCheck =>
  (value) =>
    typeof value === 'boolean' ? undefined : `“${name}” must be true or false.`;

/** An update that adds a note states the note itself instead of a reason. */
export const NOTE_EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', note: 'Customer will call again on Monday' };
export const NOTE_FIELDS: Readonly<Record<string, FieldCheck>> = {
  note: requiredText('“note”', MAX_LENGTH.reason),
  reason: optional(requiredText('“reason”', MAX_LENGTH.reason)),
};

const FIELDS: Readonly<Record<string, FieldCheck>> = {
  requestId: requiredText(
    '“requestId” (any text that identifies this request, such as the ticket number)',
    MAX_LENGTH.requestId,
  ),
  requestedBy: requiredText('“requestedBy” (your name)', MAX_LENGTH.requestedBy),
  reason: requiredText('“reason” (why, in a few words)', MAX_LENGTH.reason),
};

/**
 * Refuses a request that is not an object, lacks a field, or has an unknown one, and shows an example of a valid request.
 * @param fields checks of the request's own fields; pass `reason` again to make it optional
 * @param problemOf checks how the fields of a request go together, once each of them is valid
 * @throws ApplicationFailure invalid_request
 */
export function checkRequest(
  request: unknown,
  example: object,
  fields: Readonly<Record<string, FieldCheck>> = {},
  problemOf?: (request: never) => string | undefined,
): void {
  const like = `For example: ${onOneLine(example)}`;
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw refuse('invalid_request', `Send one JSON object. ${like}`);
  const checks = { ...FIELDS, proof: optional(requiredText('“proof”', 200)), ...fields };
  const given = request as Record<string, unknown>;
  const unknown = Object.keys(given).filter((key) => !(key in checks));
  const problems = [
    ...unknown.map((key) =>
      /^\w{1,50}$/.test(key) ? `“${key}” is not a valid field.` : 'A field’s name is not valid.',
    ),
    ...Object.entries(checks).flatMap(([name, check]) => check(given[name]) ?? []),
  ];
  const problem = problems.length === 0 ? problemOf?.(request as never) : undefined;
  if (problem) problems.push(problem);
  if (problems.length > 0) throw refuse('invalid_request', `${problems.join(' ')} ${like}`);
}

/** Checks only `requestedBy` and `reason`, for messages that are not a `StaffRequest`. @returns the problems as sentences */
export function refusalOfTexts(given: { requestedBy: unknown; reason: unknown }): string | undefined {
  const problems = Object.entries(given).flatMap(([name, value]) => FIELDS[name]!(value) ?? []);
  return problems.length > 0 ? problems.join(' ') : undefined;
}

/** Describes an update handler: what it does, then an example to copy. */
export function describeUpdate(what: string, example: object): string {
  return `${what}\n\nSend: ${onOneLine(example)}`;
}

/** JSON on one line, with spaces at which the UI can wrap it. */
function onOneLine(example: object): string {
  return JSON.stringify(example, null, 1)
    .replaceAll(/([[{])\n */g, '$1')
    .replaceAll(/\n *([\]}])/g, '$1')
    .replaceAll(/\n */g, ' ');
}
