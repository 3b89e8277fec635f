/**
 * Replays the histories of a Temporal server with the current workflow code. `npm test` does this after every run with a real server,
 * because a workflow whose history does not replay would get stuck at its worker's next restart.
 *
 * Workflows of other code than the shop's, or with intentional errors, are excluded only by name: a test gives them an ID that starts with
 * NOT_REPLAYED.
 */
import type { Client } from '@temporalio/client';
import type temporalProto from '@temporalio/proto';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Settings } from '../../infra/config.ts';
import { dataConverter } from '../../infra/temporal/client.ts';

/** Prefix of the IDs of workflows that are not replayed. */
export const NOT_REPLAYED = 'not-replayed-';

/** Histories fetched concurrently while others are replayed; a history is about 30 KB. */
const FETCH_CONCURRENCY = 16;
const MAX_REASON_LENGTH = 400;
/** Temporal's own namespace for its system workflows. */
const SYSTEM_NAMESPACE = 'temporal-system';

type History = temporalProto.temporal.api.history.v1.IHistory;

interface Execution {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
}

export interface ReplayProblem extends Execution {
  readonly message: string;
}

export interface ReplayReport {
  readonly replayed: number;
  readonly excluded: number;
  readonly types: ReadonlySet<string>;
  readonly problems: readonly ReplayProblem[];
}

export interface ReplayOptions {
  readonly settings: Pick<Settings, 'PAYLOAD_KEYS'>;
  readonly workflowBundle: WorkflowBundleOption;
  /** Selects workflows, with all their runs; default: all workflows of the server that are not excluded by name. */
  readonly only?: (workflowId: string) => boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Replays the server's histories in every namespace. Open runs are replayed up to their last event. */
export async function replayServer(client: Client, options: ReplayOptions): Promise<ReplayReport> {
  const { only } = options;
  const all = await listExecutions(client);
  const executions = all.filter(({ workflowId }) => (only ? only(workflowId) : !workflowId.startsWith(NOT_REPLAYED)));
  const problems: ReplayProblem[] = [];
  let replayed = 0;
  for await (const { execution, error } of replay(fetched(client, executions), options)) {
    if (error) problems.push({ ...execution, message: error });
    else replayed += 1;
    options.onProgress?.(replayed + problems.length, executions.length);
  }
  return {
    replayed,
    excluded: only ? 0 : all.length - executions.length,
    types: new Set(executions.map(({ type }) => type)),
    problems,
  };
}

/** Formats the report: one line when all replay, otherwise a list of those that don't. */
export function describeReplay({ replayed, excluded, types, problems }: ReplayReport): string {
  const count = (many: number) => many.toLocaleString('en-US');
  const left = excluded > 0 ? ` (${count(excluded)} left out by name: ${NOT_REPLAYED}…)` : '';
  if (problems.length === 0)
    return `replay: ${count(replayed)} histories of ${count(types.size)} workflow types replay${left}`;
  const lines = problems.map(
    ({ type, workflowId, runId, message }) => `  ${type} ${workflowId} (run ${runId}): ${message}`,
  );
  return `replay: ${count(problems.length)} of ${count(replayed + problems.length)} histories do not replay${left}\n${lines.join('\n')}`;
}

async function listExecutions(client: Client): Promise<Execution[]> {
  const { namespaces } = await client.workflowService.listNamespaces({ pageSize: 100 });
  const found: Execution[] = [];
  for (const { namespaceInfo } of namespaces ?? []) {
    const namespace = namespaceInfo?.name;
    if (!namespace || namespace === SYSTEM_NAMESPACE) continue;
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await client.workflowService.listWorkflowExecutions({ namespace, pageSize: 1_000, nextPageToken });
      for (const { execution, type } of page.executions)
        found.push({
          namespace,
          workflowId: execution!.workflowId!,
          runId: execution!.runId!,
          type: type!.name!,
        });
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken);
  }
  return found;
}

interface Fetched {
  readonly execution: Execution;
  readonly history: History;
}

/** Yields histories in order while prefetching the next ones. */
async function* fetched(client: Client, executions: readonly Execution[]): AsyncIterable<Fetched> {
  const underway: Promise<Fetched>[] = [];
  let next = 0;
  const begin = () => {
    const execution = executions[next];
    next += 1;
    if (!execution) return;
    const fetching = fetchHistory(client, execution).then((history) => ({ execution, history }));
    // The promise is awaited later; until then a rejection must not end this process.
    fetching.catch(() => {});
    underway.push(fetching);
  };
  for (let count = 0; count < FETCH_CONCURRENCY; count += 1) begin();
  for (let first = underway.shift(); first; first = underway.shift()) {
    begin();
    yield await first;
  }
}

async function fetchHistory(client: Client, { namespace, workflowId, runId }: Execution): Promise<History> {
  const events: NonNullable<temporalProto.temporal.api.history.v1.IHistory['events']> = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      nextPageToken,
    });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return { events };
}

async function* replay(
  histories: AsyncIterable<Fetched>,
  { settings, workflowBundle }: ReplayOptions,
): AsyncIterable<{ execution: Execution; error?: string }> {
  // Histories are replayed one at a time, so a result belongs to the last one that was yielded.
  let current: Execution | undefined;
  async function* inTurn() {
    for await (const { execution, history } of histories) {
      current = execution;
      yield { workflowId: execution.workflowId, history };
    }
  }
  const results = Worker.runReplayHistories({ workflowBundle, dataConverter: dataConverter(settings) }, inTurn());
  for await (const { error } of results) yield { execution: current!, error: error && reasonOf(error.message) };
}

/** Extracts the message because Core prints the failure as a structure with a stack. */
function reasonOf(message: string): string {
  const reason = /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  return (reason ?? message).replaceAll(/\s+/g, ' ').slice(0, MAX_REASON_LENGTH);
}
