/** Sends a workflow many of each of its messages at once and in random order, and reports the problems. */

import { setTimeout as delay } from 'node:timers/promises';
import {
  QueryNotRegisteredError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import temporalProto from '@temporalio/proto';
import { workflowMetadataQuery } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { untilTaken } from '../../api/temporal-call.ts';
import type { Random } from '../../domain/random.ts';
import type { Services } from '../../infra/services.ts';
import { dataConverter } from '../../infra/temporal/client.ts';
import { until } from '../support/shop.ts';
import { SAMPLES, type Sample, type StormType } from './samples.ts';

const { WorkflowTaskFailedCause: FailedCause } = temporalProto.temporal.api.enums.v1;

/** Number of messages of each name. */
const MESSAGES = 50;
/** Time over which the messages are spread. */
const SPREAD_MS = 2_000;
const MAX_ACTIVITY_DELAY_MS = 15;
/** Every message is normally answered long before; otherwise it hangs. */
const DEADLINE_MS = 120_000;
/** More attempts than the API makes, because hundreds of messages share the same workflow tasks. */
const MAX_ATTEMPTS = 6;

type Kind = 'update' | 'signal' | 'query';

export interface Handler {
  readonly kind: Kind;
  readonly name: string;
}

export interface StormTarget {
  readonly type: StormType;
  readonly workflowId: string;
  readonly sku?: string;
  /** Messages that would end the workflow before the others are tested. */
  readonly except?: readonly string[];
}

/** The shop's activities, each with a random delay. */
export function withRandomDelays(activities: Activities): Activities {
  const delayed = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      await delay(Math.random() * MAX_ACTIVITY_DELAY_MS);
      return (activity as (...given: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(delayed) as Activities;
}

/** The messages that a workflow reports, without those of the SDK. */
export async function handlersOf(handle: WorkflowHandle): Promise<Handler[]> {
  const { definition } = await handle.query(workflowMetadataQuery);
  return (['update', 'signal', 'query'] as const).flatMap((kind) =>
    (definition?.[`${kind}Definitions`] ?? []).flatMap(({ name }) =>
      name && !name.startsWith('__') ? [{ kind, name }] : [],
    ),
  );
}

/**
 * Sends all messages of the workflow, and waits for all responses. A refusal, or that the workflow has ended, are valid responses.
 * @returns all other responses, such as a failed workflow task
 */
export async function storm(services: Services, target: StormTarget, random: Random): Promise<string[]> {
  const { temporal } = services;
  const handle = temporal.workflow.getHandle(target.workflowId);
  const handlers = await handlersOf(handle);
  const samples = SAMPLES[target.type];
  const names = new Set(handlers.map(({ name }) => name));
  const unknown = [...names].filter((name) => !(name in samples));
  const removed = Object.keys(samples).filter((name) => !names.has(name));
  if (unknown.length > 0 || removed.length > 0)
    return [
      ...unknown.map((name) => `${target.type} takes “${name}”: add a sample to tests/storm/samples.ts`),
      ...removed.map(
        (name) => `${target.type} no longer takes “${name}”: remove its sample from tests/storm/samples.ts`,
      ),
    ];

  const firstSent = await sentBefore(services, handle);
  const messages = handlers
    .filter(({ name }) => !target.except?.includes(name))
    .flatMap((handler) =>
      Array.from({ length: MESSAGES }, (_, index) => {
        const sample: Sample = samples[handler.name]!;
        const sending = { index, random, sku: target.sku ?? '', firstSent: firstSent.get(FIRST[target.type]) };
        return { ...handler, args: sample(sending), afterMs: random.between(0, SPREAD_MS) };
      }),
    );
  const sendAll = (chosen: typeof messages) =>
    temporal.withDeadline(Date.now() + DEADLINE_MS, () =>
      Promise.all(
        chosen.map(async ({ kind, name, args, afterMs }) => {
          await delay(afterMs);
          const problem = await untilTaken(() => send(handle, kind, name, args), MAX_ATTEMPTS).then(
            () => undefined,
            problemOf,
          );
          return problem && `${kind} ${name}: ${problem}`;
        }),
      ),
    );
  // A query during a local activity ends the task early, and SDK 1.24 may then write the activity's marker into a task before the one
  // in which the workflow gets its result. Such a history does not replay, so the queries are sent after the storm.
  const problems = await sendAll(messages.filter(({ kind }) => kind !== 'query'));
  problems.push(...(await sendAll(messages.filter(({ kind }) => kind === 'query'))));
  await until(() => hasSettled(handle), `${target.workflowId} to settle after its messages`, DEADLINE_MS);
  return grouped(problems.filter((problem) => problem !== undefined));
}

/** Lists each distinct problem once with its count, because hundreds of messages can have the same one. */
function grouped(problems: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  return [...counts].map(([problem, count]) => `${count} × ${problem}`);
}

/** The update with which the shop starts a workflow of each type. */
const FIRST: Readonly<Record<StormType, string>> = {
  order: 'begin',
  reservation: 'reserve',
  refund: 'request',
  // The shop sends no update to this workflow.
  unmatchedPayment: 'retry',
  recommendationRetraining: 'retrain',
};

async function send(handle: WorkflowHandle, kind: Kind, name: string, args: readonly unknown[]): Promise<unknown> {
  // An update without arguments has another type.
  if (kind === 'update') return handle.executeUpdate(name, { args: [...args] as [unknown] });
  return kind === 'signal' ? handle.signal(name, ...args) : handle.query(name, ...args);
}

/** @returns undefined when the response is valid */
function problemOf(error: unknown): string | undefined {
  // The workflow has ended, or ended before it handled this message.
  if (error instanceof WorkflowNotFoundError) return undefined;
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    if (!(cause instanceof ApplicationFailure)) return `no refusal, but ${cause}`;
    // The server's error for an update that no worker answered.
    if (cause.type === 'UnprocessedUpdate') return cause.message;
    // A refusal must be an actionable sentence, not a runtime error.
    if (/Error$/.test(cause.type ?? '')) return `${cause.type}: ${cause.message}`;
    return undefined;
  }
  if (error instanceof QueryNotRegisteredError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message} ${error.cause ?? ''}` : String(error);
}

/** Whether the workflow is closed, or has no task with more than one attempt. */
async function hasSettled(handle: WorkflowHandle): Promise<boolean> {
  const { raw, status } = await handle.describe();
  return status.name !== 'RUNNING' || (raw.pendingWorkflowTask?.attempt ?? 0) <= 1;
}

/** The argument of each update that the workflow accepted so far, by the update's name. */
async function sentBefore({ settings }: Services, handle: WorkflowHandle): Promise<Map<string, unknown>> {
  const [codec] = dataConverter(settings).payloadCodecs!;
  const sent = new Map<string, unknown>();
  for (const event of (await handle.fetchHistory()).events ?? []) {
    const input = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    const payloads = input?.args?.payloads;
    if (!input?.name || !payloads?.[0] || sent.has(input.name)) continue;
    const [payload] = await codec!.decode([payloads[0]]);
    sent.set(input.name, defaultPayloadConverter.fromPayload(payload!));
  }
  return sent;
}

/** Causes with which the server requests another attempt, in which the workflow also handles what arrived in between. */
const ANOTHER_ATTEMPT = new Set([
  // The workflow ended just as another message arrived.
  FailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
  // Too many signals arrived during one task.
  FailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
  // The SDK answered an update of an abandoned attempt.
  FailedCause.WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE,
]);
/** Core’s message for the same: the update was delivered again after an abandoned attempt, and answered twice. */
const ANSWERED_TWICE = 'Invalid transition while handling update response';

/** Workflow tasks in a history that failed because of the code. */
export async function failedTasks(services: Services, workflowId: string): Promise<string[]> {
  const { events } = await services.temporal.workflow.getHandle(workflowId).fetchHistory();
  return grouped(
    (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
      failed && !ANOTHER_ATTEMPT.has(failed.cause!) && !failed.failure?.message?.includes(ANSWERED_TWICE)
        ? [`${FailedCause[failed.cause!]}: ${failed.failure?.message}`]
        : [],
    ),
  );
}
