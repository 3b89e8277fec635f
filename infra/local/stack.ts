/** The real servers of one profile: found or got, prepared, started side by side, and stopped in order. */

import { obtainComponent } from './components/component.ts';
import { elasticsearch } from './components/elasticsearch.ts';
import { createDatabase, databaseUrl, postgres } from './components/postgres.ts';
import { redis } from './components/redis.ts';
import type { Launch, ServerContext, ServerDefinition, ServerName } from './components/server.ts';
import { temporal } from './components/temporal.ts';
import { temporalUi } from './components/temporal-ui.ts';
import { ManagedProcess, type ProcessEvent } from './processes/managed-process.ts';
import { Profile } from './profile.ts';

export const SERVERS: readonly ServerDefinition[] = [postgres, redis, elasticsearch, temporal, temporalUi];

/** Told as a server comes along; `done` once it serves. `fraction` is between 0 and 1 where it is known. */
export type ServerReport = (
  name: ServerName,
  message: string,
  progress?: { fraction?: number; done?: boolean },
) => void;

export interface StartServersOptions {
  /** `shop` is the one that people look at; `test`, `bench` and others run beside it. */
  readonly profile: string;
  /** The checkout; this one unless given. */
  readonly root?: string;
  /** All of them unless given. */
  readonly components?: readonly ServerName[];
  /** Throw away the data of an earlier run first. Not for the shop. */
  readonly fresh?: boolean;
  readonly onProgress?: ServerReport;
  /** When given, a server that dies is started again, and each time this is told. */
  readonly onEvent?: (event: ProcessEvent) => void;
  readonly signal?: AbortSignal;
}

export interface RunningServers {
  readonly profile: Profile;
  /** Settings that the processes of the app need, named as in `infra/config.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The process of a server, to kill or restart it; undefined for one that was there already. */
  process(name: ServerName): ManagedProcess | undefined;
  /** Creates another database beside the shop's, unless it is there, and answers its address. */
  createDatabase(name: string): Promise<string>;
  /** Stops everything that was started, in order, and frees the profile. */
  stop(): Promise<void>;
}

/** The profile is in use by a living process. */
export class ProfileBusyError extends Error {
  override name = 'ProfileBusyError';
}

/**
 * Starts the servers of a profile, cleaning up after a supervisor that was killed.
 * @throws ProfileBusyError while another process runs this profile; ComponentError when a component can't be had.
 *   Nothing is left running when it throws.
 */
export async function startServers(options: StartServersOptions): Promise<RunningServers> {
  // What is written here must be readable for the user that servers run as, whatever root's habits are.
  process.umask(0o022);
  const { onProgress = () => {}, onEvent, signal } = options;
  const profile = new Profile(options.profile, options.root);
  const lock = profile.tryLock();
  if (!lock) throw new ProfileBusyError(`The ${profile.name} profile of ${profile.checkout} is running already.`);
  const processes = new Map<ServerName, ManagedProcess>();
  const stop = async () => {
    const inOrder = [...processes.values()].sort((one, other) => other.plan.rank - one.plan.rank);
    for (const managed of inOrder) await managed.stop();
    lock.release();
  };
  try {
    await profile.records.stopLeftovers();
    if (options.fresh) profile.wipeData();
    const wanted = SERVERS.filter(({ name }) => options.components?.includes(name) ?? true);
    const external = profile.isShop ? wanted.filter(({ externalSetting }) => process.env[externalSetting]) : [];
    const own = wanted.filter((server) => !external.includes(server));
    const ports = await profile.choosePorts(own.flatMap((server) => server.ports));
    const contextOf = (name: ServerName): ServerContext => ({
      profile,
      ports,
      modest: !profile.isShop,
      report: (message, fraction) => onProgress(name, message, { fraction }),
      signal,
    });
    for (const { name, externalSetting } of external) onProgress(name, `given by ${externalSetting}`, { done: true });
    const start = async (server: ServerDefinition) => {
      const managed = await startServer(server, contextOf(server.name), onEvent, (process) =>
        processes.set(server.name, process),
      );
      onProgress(server.name, managed, { done: true });
    };
    await allOrFirstError(own.map(start));
    const environment = Object.assign(
      {},
      ...external.map(({ externalSetting }) => ({ [externalSetting]: process.env[externalSetting] })),
      ...own.map((server) => server.environment(contextOf(server.name))),
    ) as Record<string, string>;
    return {
      profile,
      environment,
      process: (name) => processes.get(name),
      createDatabase: async (name) => {
        await createDatabase({ profile, ports }, name);
        return databaseUrl({ profile, ports }, name);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns a line that says what runs where */
async function startServer(
  server: ServerDefinition,
  context: ServerContext,
  onEvent: ((event: ProcessEvent) => void) | undefined,
  keep: (managed: ManagedProcess) => void,
): Promise<string> {
  const { profile, report, signal } = context;
  const installation = await obtainComponent(server.component(profile), report, signal);
  signal?.throwIfAborted();
  report(`starting ${installation.version}`);
  const launch = await server.prepare(installation, context);
  signal?.throwIfAborted();
  const managed = new ManagedProcess(planOf(server, launch, profile), profile.records, onEvent);
  keep(managed);
  await managed.start();
  await server.complete?.(context);
  return `${installation.version} on port ${context.ports[server.ports[0]!.name]}`;
}

function planOf(
  server: ServerDefinition,
  launch: Launch,
  profile: Profile,
): ConstructorParameters<typeof ManagedProcess>[0] {
  const { PATH, LANG = 'C.UTF-8', SSL_CERT_FILE, SSL_CERT_DIR } = process.env;
  return {
    ...launch,
    name: server.name,
    rank: server.rank,
    logFile: profile.logFile(server.name),
    // Other people's programs are not shown this process's environment, which may hold keys.
    environment: { PATH, LANG, SSL_CERT_FILE, SSL_CERT_DIR, TZ: 'UTC', ...launch.environment },
  };
}

/** Waits for all, so that nothing goes on behind the back of whoever cleans up; throws the first error. */
async function allOrFirstError(tasks: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(tasks);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
