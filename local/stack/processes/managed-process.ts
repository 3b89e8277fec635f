/** A child process with a log file, a record on disk, a readiness probe, a graceful stop, and restarts when it dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, type ProcessIdentity } from './identity.ts';
import { lastLines } from './log-tail.ts';
import type { ProcessRecords, StopStep } from './records.ts';
import { STOP_POLITELY, stopGroup } from './records.ts';
import type { ServiceAccount } from './service-account.ts';

export interface ProcessPlan {
  /** Name of its log and record files. */
  readonly name: string;
  /** Display name. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The complete environment of the process. */
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly account?: ServiceAccount;
  /** Resolves once the process is ready and throws until then. Called repeatedly. */
  readonly probe: () => Promise<unknown>;
  readonly readyWithinMs: number;
  readonly rank: number;
  readonly stopSteps?: readonly StopStep[];
}

export type ProcessEvent =
  | {
      readonly kind: 'died';
      readonly title: string;
      readonly reason: string;
      readonly retryInMs: number;
      readonly logFile: string;
    }
  | { readonly kind: 'back'; readonly title: string };

const BACKOFF_MS = { first: 500, max: 15_000 };
/** After this uptime, the restart delay is reset. */
const STABLE_AFTER_MS = 60_000;
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

export class ManagedProcess {
  readonly plan: ProcessPlan;
  readonly #records: ProcessRecords;
  readonly #onEvent: ((event: ProcessEvent) => void) | undefined;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  /** Position in the log at which this run starts. */
  #logFrom = 0;
  #exit: Promise<string> = Promise.resolve('not started');
  /** Incremented by every start, stop, and kill, so that work of an earlier call notices that it is outdated. */
  #generation = 0;
  #backoffMs = BACKOFF_MS.first;
  #interruption = new AbortController();

  /** @param onEvent if set, the process is restarted whenever it dies, and this is called each time */
  constructor(plan: ProcessPlan, records: ProcessRecords, onEvent?: (event: ProcessEvent) => void) {
    this.plan = plan;
    this.#records = records;
    this.#onEvent = onEvent;
  }

  get pid(): number | undefined {
    return this.#identity?.pid;
  }

  get isUp(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Starts the process and waits until its probe passes.
   * @throws with the end of its log when it dies or is not ready in time, after stopping it
   */
  async start(): Promise<void> {
    this.#interrupt();
    try {
      await this.#launch();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watch();
  }

  /** Stops it gracefully, or by force when it does not exit in time; does nothing when it is not running. */
  async stop(): Promise<void> {
    this.#interrupt();
    if (this.#identity) await stopGroup(this.#identity, this.plan.stopSteps ?? STOP_POLITELY);
    await this.#exit;
    this.#forget();
  }

  /** Kills it and its children without warning, like a crash. It is not restarted automatically. */
  async kill(): Promise<void> {
    this.#interrupt();
    if (this.#identity) await stopGroup(this.#identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
    await this.#exit;
    this.#forget();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async #launch(): Promise<void> {
    const { name, command, args, cwd, environment, account, logFile, rank, stopSteps = STOP_POLITELY } = this.plan;
    const log = openLog(logFile);
    this.#logFrom = fstatSync(log).size;
    const child = spawn(command, args, {
      cwd,
      env: environment,
      stdio: ['ignore', log, log],
      // A separate process group, so that Ctrl-C reaches only the supervisor, which stops everything in order.
      detached: true,
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    closeSync(log);
    this.#child = child;
    this.#exit = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be run: ${error.message}`));
      child.once('exit', (code, signal) => resolve(signal ? `was stopped by ${signal}` : `exited with code ${code}`));
    });
    if (child.pid !== undefined) {
      this.#identity = identify(child.pid);
      if (this.#identity) this.#records.write({ ...this.#identity, name, rank, stopSteps });
    }
    await this.#waitUntilReady();
  }

  async #waitUntilReady(): Promise<void> {
    const { title, logFile, probe, readyWithinMs } = this.plan;
    const { signal } = this.#interruption;
    const deadline = Date.now() + readyWithinMs;
    let ended: string | undefined;
    this.#exit.then((reason) => {
      ended = reason;
    });
    let lastProblem = 'no response';
    for (;;) {
      signal.throwIfAborted();
      const problem = await Promise.race([probe().then(() => undefined, messageOf), this.#exit]);
      if (ended !== undefined)
        throw new Error(`${title} ${ended} before it was ready.${logEnd(logFile, this.#logFrom)}`);
      if (problem === undefined) return;
      lastProblem = problem;
      if (Date.now() > deadline) {
        const waited = Math.round(readyWithinMs / 1000);
        throw new Error(`${title} was not ready within ${waited} s (${lastProblem}).${logEnd(logFile, this.#logFrom)}`);
      }
      await sleep(50);
    }
  }

  #watch(): void {
    const upSince = Date.now();
    const generation = this.#generation;
    this.#exit.then(async (reason) => {
      if (generation !== this.#generation || !this.#onEvent) return;
      if (Date.now() - upSince > STABLE_AFTER_MS) this.#backoffMs = BACKOFF_MS.first;
      await this.#bringBack(reason, generation);
    });
  }

  async #bringBack(reason: string, generation: number): Promise<void> {
    const { title, logFile, stopSteps = STOP_POLITELY } = this.plan;
    const { signal } = this.#interruption;
    let lastReason = reason;
    while (generation === this.#generation) {
      this.#onEvent?.({ kind: 'died', title, reason: lastReason, retryInMs: this.#backoffMs, logFile });
      // Children of the dead leader may still use its port or its data.
      if (this.#identity) await stopGroup(this.#identity, stopSteps);
      await sleep(this.#backoffMs, undefined, { signal }).catch(() => {});
      this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MS.max);
      if (generation !== this.#generation) return;
      try {
        await this.#launch();
        this.#onEvent?.({ kind: 'back', title });
        this.#watch();
        return;
      } catch (error) {
        if (generation !== this.#generation) return;
        lastReason = `did not come back: ${messageOf(error)}`;
      }
    }
  }

  #interrupt(): void {
    this.#generation += 1;
    this.#interruption.abort();
    this.#interruption = new AbortController();
  }

  #forget(): void {
    this.#identity = undefined;
    this.#child = undefined;
    this.#records.remove(this.plan.name);
  }
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (statSync(path).size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
  } catch {
    // No log yet.
  }
  return openSync(path, 'a');
}

function logEnd(path: string, from: number): string {
  const lines = lastLines(path, 12, from);
  return lines.length === 0
    ? ` Its log is empty: ${path}`
    : ` The end of ${path}:\n${lines.map((line) => `    ${line}`).join('\n')}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
