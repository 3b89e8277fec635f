/** The servers of a profile: found or downloaded, prepared, started concurrently, and stopped in order. */
import { ComponentError, findComponent, obtainComponent, unobtainable } from './components/component.ts';
import { elasticsearch } from './components/elasticsearch.ts';
import { influxdb } from './components/influxdb.ts';
import { createDatabase, databaseUrl, postgres } from './components/postgres.ts';
import { redis } from './components/redis.ts';
import type { Launch, ServerContext, ServerDefinition, ServerName } from './components/server.ts';
import { temporal } from './components/temporal.ts';
import { temporalUi } from './components/temporal-ui.ts';
import { ManagedProcess, type ProcessEvent, type ProcessPlan } from './processes/managed-process.ts';
import type { PortWish } from './processes/ports.ts';
import { Profile } from './profile.ts';

export const SERVERS: readonly ServerDefinition[] = [postgres, redis, elasticsearch, influxdb, temporal, temporalUi];

/** Reports a step's progress; `fraction` is between 0 and 1, if known; `done` is true once it is finished. */
export type ProgressReport = (
  step: string,
  message: string,
  progress?: { readonly fraction?: number; readonly done?: boolean },
) => void;

export interface StartServersOptions {
  /** `shop` for the developer's shop; `test`, `bench`, and others are separate from it. */
  readonly profile: string;
  /** Root of the checkout; default: this one. */
  readonly root?: string;
  /** Default: all. */
  readonly components?: readonly ServerName[];
  /** Whether to delete the data of an earlier run first. Not allowed for the shop. */
  readonly fresh?: boolean;
  /** The same for the shop, at its owner's request. */
  readonly reset?: boolean;
  /** Ports of the caller's own processes, which are chosen with the servers' because a server may need to know them. */
  readonly morePorts?: readonly PortWish[];
  readonly onProgress?: ProgressReport;
  /** If set, a server that dies is restarted, and this is called each time. */
  readonly onEvent?: (event: ProcessEvent) => void;
  readonly signal?: AbortSignal;
}

export interface RunningServers {
  readonly profile: Profile;
  /** Settings that the app's processes need, named as in `infra/config.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The chosen ports, including `morePorts`. */
  readonly ports: Readonly<Record<string, number>>;
  /** The process of a server, to kill or restart it; undefined for an external server. */
  process(name: ServerName): ManagedProcess | undefined;
  /** Creates another database in addition to the shop's, unless it exists. @returns its URL */
  createDatabase(name: string): Promise<string>;
  /** Stops everything that was started, in order, and unlocks the profile. */
  stop(): Promise<void>;
}

export interface StartingServers extends RunningServers {
  /** Resolves when these servers are downloaded and built, so that the rest takes seconds. */
  obtained(...names: ServerName[]): Promise<void>;
  /** Resolves when these servers (default: all) are ready; rejects as soon as one fails. */
  ready(...names: ServerName[]): Promise<void>;
}

/** The profile is in use by a running process. */
export class ProfileBusyError extends Error {
  override name = 'ProfileBusyError';
}

/**
 * Starts the servers of a profile and waits until all of them are ready.
 * @throws like `beginServers`, and when a server can't be started. Nothing keeps running then.
 */
export async function startServers(options: StartServersOptions): Promise<RunningServers> {
  const servers = await beginServers(options);
  try {
    await servers.ready();
    return servers;
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/**
 * Begins to start the servers of a profile, after cleaning up after a killed supervisor. Their addresses are final when this
 * returns. The caller must stop them, even if one of them fails.
 * @throws ProfileBusyError while another process uses this profile; ComponentError with every unavailable component
 */
export async function beginServers(options: StartServersOptions): Promise<StartingServers> {
  // Files must be readable for the user that servers run as, regardless of root's umask.
  process.umask(0o022);
  const { onProgress = () => {}, onEvent } = options;
  const profile = new Profile(options.profile, options.root);
  const lock = profile.tryLock();
  if (!lock) throw new ProfileBusyError(`The ${profile.name} profile of ${profile.checkout} is already running.`);
  try {
    await profile.records.stopLeftovers((name) => onProgress(name, 'stopping leftover processes'));
    if (options.fresh) profile.wipeData();
    if (options.reset) profile.resetData();
    const wanted = SERVERS.filter(({ name }) => options.components?.includes(name) ?? true);
    const external = profile.isShop ? wanted.filter(({ externalSetting }) => process.env[externalSetting]) : [];
    const own = wanted.filter((server) => !external.includes(server));
    await requireObtainable(own, profile);
    const ports = await profile.choosePorts([...own.flatMap((server) => server.ports), ...(options.morePorts ?? [])]);

    const breakOff = new AbortController();
    const signal = AbortSignal.any([breakOff.signal, ...(options.signal ? [options.signal] : [])]);
    const contextOf = ({ title }: ServerDefinition): ServerContext => ({
      profile,
      ports,
      modest: !profile.isShop,
      report: (message, fraction) => onProgress(title, message, { fraction }),
      signal,
    });
    for (const { title, externalSetting } of external) onProgress(title, `set by ${externalSetting}`, { done: true });

    const processes = new Map<ServerName, ManagedProcess>();
    const starts = new Map<ServerName, Promise<void>>();
    const obtained = new Map<ServerName, PromiseWithResolvers<void>>();
    for (const server of own) {
      const here = Promise.withResolvers<void>();
      const begun = startServer(server, contextOf(server), onEvent, {
        obtained: here.resolve,
        launched: (managed) => processes.set(server.name, managed),
      }).then((result) => onProgress(server.title, result, { done: true }));
      // Callers that wait get the rejection; without one, an unhandled rejection must not end this process.
      begun.catch(here.reject);
      here.promise.catch(() => {});
      starts.set(server.name, begun);
      obtained.set(server.name, here);
    }
    return {
      profile,
      ports,
      environment: Object.assign(
        {},
        ...external.map(({ externalSetting }) => ({ [externalSetting]: process.env[externalSetting] })),
        ...own.map((server) => server.environment(contextOf(server))),
      ),
      process: (name) => processes.get(name),
      createDatabase: async (name) => {
        await createDatabase({ profile, ports }, name);
        return databaseUrl({ profile, ports }, name);
      },
      obtained: async (...names) => {
        await Promise.all(names.map((name) => obtained.get(name)?.promise));
      },
      ready: async (...names) => {
        await Promise.all(names.length === 0 ? starts.values() : names.map((name) => starts.get(name)));
      },
      stop: async () => {
        breakOff.abort(new Error('stopped'));
        const inOrder = [...processes.values()].sort((one, other) => other.plan.rank - one.plan.rank);
        for (const managed of inOrder) await managed.stop();
        await Promise.allSettled(starts.values());
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Checks every component before downloading any, so that all missing tools are reported at once. */
async function requireObtainable(servers: readonly ServerDefinition[], profile: Profile): Promise<void> {
  const problems = await Promise.all(
    servers.map(async (server) => {
      const component = server.component(profile);
      try {
        if (await findComponent(component)) return [];
        const obstacle = component.obstacle();
        return obstacle ? [unobtainable(component, obstacle)] : [];
      } catch (error) {
        if (error instanceof ComponentError) return [error.message];
        throw error;
      }
    }),
  );
  const lines = problems.flat();
  if (lines.length > 0) throw new ComponentError(lines.join('\n'));
}

/** @returns a line with the server and its address */
async function startServer(
  server: ServerDefinition,
  context: ServerContext,
  onEvent: ((event: ProcessEvent) => void) | undefined,
  progress: { readonly obtained: () => void; readonly launched: (managed: ManagedProcess) => void },
): Promise<string> {
  const { profile, report, signal } = context;
  const installation = await obtainComponent(server.component(profile), report, signal);
  progress.obtained();
  signal?.throwIfAborted();
  report(`starting ${installation.version}`);
  const launch = await server.prepare(installation, context);
  signal?.throwIfAborted();
  const managed = new ManagedProcess(planOf(server, launch, profile), profile.records, onEvent);
  progress.launched(managed);
  await managed.start();
  await server.complete?.(context);
  return `${installation.version} on port ${context.ports[server.ports[0]!.name]}`;
}

function planOf(server: ServerDefinition, launch: Launch, profile: Profile): ProcessPlan {
  const { PATH, LANG = 'C.UTF-8', SSL_CERT_FILE, SSL_CERT_DIR } = process.env;
  return {
    ...launch,
    name: server.name,
    title: server.title,
    rank: server.rank,
    logFile: profile.logFile(server.name),
    // Third-party programs don't get this process's environment, which may contain keys.
    environment: { PATH, LANG, SSL_CERT_FILE, SSL_CERT_DIR, TZ: 'UTC', ...launch.environment },
  };
}
