/** Temporal's dev server: the CLI on PATH, otherwise built with Go. Its database file persists, and its queue polling is tuned. */
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import temporalProto from '@temporalio/proto';
import { run } from '../processes/run.ts';
import { type Component, requireVersion, versionIn } from './component.ts';
import { goInstall, goObstacle } from './go-install.ts';
import { onPath } from './programs.ts';
import type { Launch, ServerContext, ServerDefinition } from './server.ts';

/** Later versions of the CLI have `replace` directives, which `go install` refuses. */
const VERSION = '1.5.1';
const MIN_SERVER_VERSION = [1, 29];

export const SEARCH_ATTRIBUTES = {
  OrderStatus: 'Keyword',
  CustomerId: 'Keyword',
  OrderId: 'Keyword',
  OrderNumber: 'Keyword',
  EmailHash: 'Keyword',
  NeedsApproval: 'Bool',
  Amount: 'Double',
  Day: 'Keyword',
  StuckSince: 'Datetime',
  DisputeStatus: 'Keyword',
  EvidenceDueBy: 'Datetime',
} as const;

const { IndexedValueType } = temporalProto.temporal.api.enums.v1;
const INDEXED_TYPES = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  Double: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const;

/**
 * By default, the dev server reads its queues at most 20 times per second, so every step waits for the next 50 ms tick. With several
 * partitions of a queue, a task may be in one while the worker polls another. And with more than ten updates in flight for a workflow,
 * the server drops a worker's current task: the worker's response finds no task, and its updates are rejected (UnprocessedUpdate).
 * The same happens when more than 100 signals arrive during one task.
 */
const DYNAMIC_CONFIGURATION: Readonly<Record<string, string | number | boolean>> = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'history.visibilityProcessorMaxPollRPS': 2000,
  'system.enableActivityEagerExecution': true,
  'history.maxInFlightUpdates': 1000,
  'history.maximumBufferedEventsBatch': 1000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
};

const component: Component = {
  title: 'Temporal',
  setting: 'HOLDFAST_TEMPORAL_BIN',
  cacheKey: `temporal-cli-${VERSION}`,
  waysToGet: [
    'set HOLDFAST_TEMPORAL_BIN to the temporal CLI',
    'install Go, or the temporal CLI on PATH',
    'set TEMPORAL_ADDRESS to an existing server',
    'run docker compose up',
  ],
  inspect: async (path) => {
    const text = await run(path, ['--version']);
    const server = /Server (\d[\d.]*)/.exec(text)?.[1];
    if (!server) throw new Error(`it reports no server version: ${text.slice(0, 80)}`);
    requireVersion(versionIn(server), MIN_SERVER_VERSION);
    return { path, version: server };
  },
  candidates: async () => onPath('temporal'),
  cachedPath: (folder) => join(folder, 'temporal'),
  obstacle: goObstacle,
  fetch: (folder, report, signal) =>
    goInstall(
      { module: `github.com/temporalio/cli/cmd/temporal@v${VERSION}`, packages: 1_300 },
      folder,
      report,
      signal,
    ),
};

export const temporal: ServerDefinition = {
  name: 'temporal',
  title: 'Temporal',
  rank: 40,
  externalSetting: 'TEMPORAL_ADDRESS',
  ports: [
    { name: 'temporal', preferred: 7233 },
    { name: 'temporal_http', preferred: 7243 },
    { name: 'temporal_metrics', preferred: 7253 },
  ],
  component: () => component,
  prepare,
  environment: (context) => ({ TEMPORAL_ADDRESS: address(context), TEMPORAL_NAMESPACE: 'default' }),
};

function address({ ports }: ServerContext): string {
  return `127.0.0.1:${ports.temporal}`;
}

async function prepare({ path }: { path: string }, context: ServerContext): Promise<Launch> {
  const folder = context.profile.dataFolder('temporal');
  const { ports } = context;
  return {
    command: path,
    args: [
      'server',
      'start-dev',
      '--headless',
      ...['--ip', '127.0.0.1', '--port', `${ports.temporal}`, '--http-port', `${ports.temporal_http}`],
      ...['--metrics-port', `${ports.temporal_metrics}`, '--namespace', 'default'],
      ...['--db-filename', join(folder, 'temporal.db')],
      // Syncs as the write-ahead log requires: a killed process loses nothing, but a power failure may lose the last steps.
      ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
      ...['--log-level', 'warn', '--log-format', 'json'],
      ...Object.entries(DYNAMIC_CONFIGURATION).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
      ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ],
    cwd: folder,
    environment: { HOME: folder },
    readyWithinMs: 60_000,
    probe: () => probe(address(context)),
  };
}

async function probe(target: string): Promise<void> {
  const connection = await Connection.connect({ address: target, connectTimeout: '3s' });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return;
    // The server's option does not add a new attribute to an existing database.
    await connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_TYPES[type]])),
    });
    throw new Error(`search attributes not registered yet: ${missing.map(([name]) => name).join(', ')}`);
  } finally {
    await connection.close();
  }
}
