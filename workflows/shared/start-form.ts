/**
 * Checks how a workflow was started. Anyone at the support desk can start any type with any input. An unexpected error would fail the
 * workflow's first task again and again, so a start that can't work fails at once, with a sentence as its result and on its page.
 */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { wrongQueueText } from '../../domain/workflow-types.ts';
import { showDetails } from './details.ts';
import { refuse } from './failures.ts';
import { withExample } from './markdown.ts';
import { checkRequest, type FieldCheck, optional, requiredText } from './staff.ts';

export interface StartForm {
  /** A valid input, which staff can copy. */
  example: object;
  fields: Readonly<Record<string, FieldCheck>>;
  /** Checks the fields together, once each is valid. @returns the problem as a sentence */
  problemOf?: (input: object) => string | undefined;
}

/** Fields that every form may have; none is required. */
const OPTIONAL: Readonly<Record<string, FieldCheck>> = {
  requestId: optional(requiredText('“requestId”', 100)),
  requestedBy: optional(requiredText('“requestedBy”', 100)),
  reason: optional(requiredText('“reason”', 500)),
};

/** @throws ApplicationFailure invalid_request */
export function checkForm(input: unknown, { example, fields, problemOf }: StartForm): void {
  checkRequest(input, example, { ...OPTIONAL, ...fields }, problemOf);
}

/** Checks a start by staff. @throws ApplicationFailure invalid_start */
export function requireForm(input: unknown, form: StartForm): void {
  requireQueue();
  try {
    checkForm(input, form);
  } catch (error) {
    if (error instanceof ApplicationFailure) refuseStart(error.message);
    throw error;
  }
}

/**
 * Checks the start of a workflow that only the shop starts, under an ID that derives from its input.
 * @param workflowIdOf the workflow's ID; undefined for invalid input
 * @param instead what staff should do instead of starting it, as a sentence
 * @throws ApplicationFailure invalid_start
 */
export function requireOwnStart<Input>(
  input: Input,
  workflowIdOf: (input: Partial<Input>) => string | undefined,
  instead: string,
): void {
  requireQueue();
  const { workflowId, workflowType } = workflowInfo();
  const isObject = typeof input === 'object' && input !== null;
  if (isObject && workflowIdOf(input) === workflowId) return;
  refuseStart(`The shop starts ${workflowType} itself. ${instead}`);
}

/** Checks the start of a workflow that takes no input. @throws ApplicationFailure invalid_start */
export function requireNoInput(input: unknown): void {
  requireQueue();
  const isEmpty = input === undefined || input === null || JSON.stringify(input) === '{}';
  if (!isEmpty) refuseStart(`${workflowInfo().workflowType} takes no data. Start it again without any.`);
}

function requireQueue(): void {
  const { workflowType, taskQueue } = workflowInfo();
  const problem = wrongQueueText(workflowType, taskQueue);
  if (problem) refuseStart(problem);
}

/** Ends the workflow with a sentence that says what to do. */
export function refuseStart(problem: string): never {
  showDetails(() => `**Nothing was started.** ${withExample(problem)}`);
  throw refuse('invalid_start', problem);
}
