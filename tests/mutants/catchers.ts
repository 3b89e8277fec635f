/** Records which test file detected each mistake, so that the next run starts with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Mistake } from './mistake.ts';

export class Catchers {
  readonly #path: string;
  /** Mistake → test file, relative to the root of the checkout. */
  readonly #files: Record<string, string>;

  constructor(path: string) {
    this.#path = path;
    this.#files = read(path);
  }

  fileFor(mistake: Mistake): string | undefined {
    return this.#files[keyOf(mistake)];
  }

  /** @param caughtBy as “file: test”; undefined when no test detected it */
  note(mistake: Mistake, caughtBy: string | undefined): void {
    const file = caughtBy?.match(/^(\S+\.test\.ts): /)?.[1];
    if (file) this.#files[keyOf(mistake)] = file;
    else delete this.#files[keyOf(mistake)];
    writeFileSync(this.#path, `${JSON.stringify(this.#files, null, 2)}\n`);
  }
}

const keyOf = ({ file, what }: Mistake): string => `${file}: ${what}`;

function read(path: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
