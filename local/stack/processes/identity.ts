/** Process identity: the PID and the start time, so that a recycled PID is never mistaken for the process. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque mark of the boot and the process's start time; compared only for equality. */
  readonly mark: string;
}

/** The identity of a running process; undefined when it is not running or is a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const mark = process.platform === 'linux' ? linuxMark(pid) : portableMark(pid);
  return mark === undefined ? undefined : { pid, mark };
}

/** Whether the previously identified process is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.mark === identity.mark;
}

/**
 * Whether a process group led by the identified process has members left, even if the leader itself has exited. The kernel
 * assigns no new process the ID of an existing group, so a group without a leader is still ours, while a different leader means
 * that the ID was recycled.
 */
export function isGroupRunning(identity: ProcessIdentity): boolean {
  const leader = identify(identity.pid);
  if (leader) return leader.mark === identity.mark;
  if (!sameBoot(identity)) return false;
  try {
    process.kill(-identity.pid, 0);
    return groupHasLiveMember(identity.pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function linuxMark(pid: number): string | undefined {
  try {
    const fields = statFields(pid);
    if (fields.state === 'Z' || fields.state === 'X') return undefined;
    return `${bootId()}:${fields.startTicks}`;
  } catch {
    return undefined;
  }
}

/** Parses `/proc/PID/stat`; the command name in parentheses may contain spaces, so fields are counted after the last parenthesis. */
function statFields(pid: number): { state: string; startTicks: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
}

let knownBootId: string | undefined;
function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return knownBootId;
}

function portableMark(pid: number): string | undefined {
  try {
    const output = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [state, ...began] = output.trim().split(/\s+/);
    return state === undefined || state === '' || state.startsWith('Z') ? undefined : began.join(' ');
  } catch {
    return undefined;
  }
}

function sameBoot(identity: ProcessIdentity): boolean {
  return process.platform !== 'linux' || identity.mark.startsWith(`${bootId()}:`);
}

/** Whether a group has a member that is not a zombie, because zombies need no waiting. */
function groupHasLiveMember(groupId: number): boolean {
  try {
    const lines = execFileSync('ps', ['-e', '-o', 'pgid=,state='], { encoding: 'utf8' }).split('\n');
    return lines.some((line) => {
      const [group, state] = line.trim().split(/\s+/);
      return group === String(groupId) && state !== undefined && !state.startsWith('Z');
    });
  } catch {
    return true;
  }
}
