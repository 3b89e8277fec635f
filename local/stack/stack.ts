/** The real servers of one profile: found or got, prepared, started side by side, and stopped in order. */
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

/** Told as a step comes along; `fraction` is between 0 and 1 where it is known, `done` once it is through. */
export type ProgressReport = (
  step: string,
  message: string,
  progress?: { readonly fraction?: number; readonly done?: boolean },
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
  /** The same for the shop, when its owner asked for it. */
  readonly reset?: boolean;
  /** Ports of the caller's own processes, chosen together with the servers': a server may have to know them. */
  readonly morePorts?: readonly PortWish[];
  readonly onProgress?: ProgressReport;
  /** When given, a server that dies is started again, and each time this is told. */
  readonly onEvent?: (event: ProcessEvent) => void;
  readonly signal?: AbortSignal;
}

export interface RunningServers {
  readonly profile: Profile;
  /** Settings that the processes of the app need, named as in `infra/config.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The ports that were chosen, `morePorts` among them. */
  readonly ports: Readonly<Record<string, number>>;
  /** The process of a server, to kill or restart it; undefined for one that was there already. */
  process(name: ServerName): ManagedProcess | undefined;
  /** Creates another database beside the shop's, unless it is there, and answers its address. */
  createDatabase(name: string): Promise<string>;
  /** Stops everything that was started, in order, and frees the profile. */
  stop(): Promise<void>;
}

export interface StartingServers extends RunningServers {
  /** Resolves when these servers need not be fetched or built any more: what is left takes seconds. */
  obtained(...names: ServerName[]): Promise<void>;
  /** Resolves when these servers (all of them unless given) serve; rejects as soon as one can't. */
  ready(...names: ServerName[]): Promise<void>;
}

/** The profile is in use by a living process. */
export class ProfileBusyError extends Error {
  override name = 'ProfileBusyError';
}

/**
 * Starts the servers of a profile and waits until all of them serve.
 * @throws as `beginServers`, and when a server can't be started. Nothing is left running then.
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
 * Begins to start the servers of a profile, after cleaning up behind a supervisor that was killed. Their addresses are
 * settled when this returns. The caller stops them, also when one of them fails.
 * @throws ProfileBusyError while another process runs this profile; ComponentError naming every component that can't be had
 */
export async function beginServers(options: StartServersOptions): Promise<StartingServers> {
  // What is written here must be readable for the user that servers run as, whatever root's habits are.
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
      // Whoever waits hears of a failure; nobody waiting yet must not end this process.
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

/** Looks for every component before getting any, so that whoever lacks two tools hears of both at once. */
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

/** @returns a line that says what runs where */
async function startServer(
  server: ServerDefinition,
  context: ServerContext,
  onEvent: ((event: ProcessEvent) => void) | undefined,
  tell: { readonly obtained: () => void; readonly launched: (managed: ManagedProcess) => void },
): Promise<string> {
  const { profile, report, signal } = context;
  const installation = await obtainComponent(server.component(profile), report, signal);
  tell.obtained();
  signal?.throwIfAborted();
  report(`starting ${installation.version}`);
  const launch = await server.prepare(installation, context);
  signal?.throwIfAborted();
  const managed = new ManagedProcess(planOf(server, launch, profile), profile.records, onEvent);
  tell.launched(managed);
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
    // Other people's programs are not shown this process's environment, which may hold keys.
    environment: { PATH, LANG, SSL_CERT_FILE, SSL_CERT_DIR, TZ: 'UTC', ...launch.environment },
  };
}
