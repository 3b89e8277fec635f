import { closeSync, openSync, readSync, statSync } from 'node:fs';

const TAIL_BYTES = 16 * 1024;

/**
 * The last nonblank lines of a text file; empty when it can't be read.
 * @param from byte position at which to start reading
 */
export function lastLines(path: string, count: number, from = 0): string[] {
  let file: number | undefined;
  try {
    const size = statSync(path).size;
    const buffer = Buffer.alloc(Math.max(0, Math.min(size - from, TAIL_BYTES)));
    file = openSync(path, 'r');
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  } catch {
    return [];
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
