/** Data of another build, which is deleted only after confirmation. */
import { createInterface } from 'node:readline/promises';
import { SERVERS } from './stack.ts';

export const RESET_COMMAND = 'npm start -- --reset';

/** @returns why the shop's data can't be deleted; undefined when it can */
export function obstacleToReset(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = SERVERS.map(({ externalSetting }) => externalSetting).filter((setting) => environment[setting]);
  if (given.length === 0) return undefined;
  return `Only data of servers that npm start itself runs can be deleted, but ${given.join(', ')} points to another server. Point it to an empty database, or unset it.`;
}

/** Asks for confirmation in a terminal. @returns false without a terminal, and for any input other than yes */
export async function askForReset(signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question('Delete this data and start fresh? (y/N) ', { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
