/** Programs on PATH. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Paths of a program on PATH and in the folders of system administration programs, which a user's PATH may lack. */
export function onPath(...names: string[]): string[] {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return names.flatMap((name) =>
    [...new Set(folders.filter(Boolean).map((folder) => join(folder, name)))].filter(isProgram),
  );
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
