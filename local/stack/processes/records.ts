/** What this profile has running, on disk, so that whoever starts next can stop what a killed supervisor left behind. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGroupRunning, isRunning, type ProcessIdentity } from './identity.ts';

/** One signal of a stop and how long it is given before the next. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

/** What most programs understand. */
export const STOP_POLITELY: readonly StopStep[] = [{ signal: 'SIGTERM', waitMs: 20_000 }];

export interface ProcessRecord extends ProcessIdentity {
  readonly name: string;
  /** Higher ranks are stopped first. */
  readonly rank: number;
  readonly stopSteps: readonly StopStep[];
}

/** The records of one profile: a small file a process. */
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

  /** Every record, those to be stopped first in front; damaged ones are left out. */
  all(): ProcessRecord[] {
    return listFolder(this.#folder)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => readRecord(join(this.#folder, file)))
      .sort((one, other) => other.rank - one.rank);
  }

  /**
   * Stops, in order, what earlier supervisors left running.
   * @param onStop called with the name of each process found alive
   * @returns how many were alive
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
 * Stops a process group: each step's signal goes to its leader, and what is left in the end is killed.
 * Safe for a group that is gone already or whose id now belongs to someone else.
 */
export async function stopGroup(identity: ProcessIdentity, steps: readonly StopStep[]): Promise<void> {
  for (const { signal, waitMs } of steps) {
    if (!isRunning(identity)) break;
    sendSignal(identity.pid, signal);
    if (await waitUntil(() => !isRunning(identity), waitMs)) break;
  }
  // Children of a leader that has just ended are often a moment behind it.
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
