/** Records of this profile's running processes on disk, so that the next start can stop those that a killed supervisor left. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGroupRunning, isRunning, type ProcessIdentity } from './identity.ts';

/** A signal of a stop and how long to wait before the next one. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

/** The default, which most programs support. */
export const STOP_POLITELY: readonly StopStep[] = [{ signal: 'SIGTERM', waitMs: 20_000 }];

export interface ProcessRecord extends ProcessIdentity {
  readonly name: string;
  /** Higher ranks are stopped first. */
  readonly rank: number;
  readonly stopSteps: readonly StopStep[];
}

/** The records of one profile: a small file per process. */
export class ProcessRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(record: ProcessRecord): void {
    mkdirSync(this.#folder, { recursive: true });
    const path = this.#path(record.name);
    writeFileSync(`${path}.new`, JSON.stringify(record));
    renameSync(`${path}.new`, path);
  }

  remove(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  /** All readable records, in the order in which to stop them. */
  all(): ProcessRecord[] {
    return listFolder(this.#folder)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => readRecord(join(this.#folder, file)))
      .sort((one, other) => other.rank - one.rank);
  }

  /**
   * Stops, in order, the processes that earlier supervisors left running.
   * @param onStop called with the name of each process found alive
   * @returns the number of processes that were alive
   */
  async stopLeftovers(onStop: (name: string) => void = () => {}): Promise<number> {
    let stopped = 0;
    for (const record of this.all()) {
      if (isGroupRunning(record)) {
        onStop(record.name);
        await stopGroup(record, record.stopSteps);
        stopped += 1;
      }
      this.remove(record.name);
    }
    return stopped;
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

/**
 * Stops a process group: sends each step's signal to its leader, and finally kills what remains.
 * Safe for a group that has already ended or whose ID was recycled.
 */
export async function stopGroup(identity: ProcessIdentity, steps: readonly StopStep[]): Promise<void> {
  for (const { signal, waitMs } of steps) {
    if (!isRunning(identity)) break;
    sendSignal(identity.pid, signal);
    if (await waitUntil(() => !isRunning(identity), waitMs)) break;
  }
  // Children often exit a moment after their leader.
  if (await waitUntil(() => !isGroupRunning(identity), isRunning(identity) ? 0 : 2_000)) return;
  sendSignal(-identity.pid, 'SIGKILL');
  await waitUntil(() => !isGroupRunning(identity), 10_000);
}

async function waitUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await sleep(25);
  }
  return true;
}

function sendSignal(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readRecord(path: string): ProcessRecord[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8')) as ProcessRecord];
  } catch {
    return [];
  }
}
