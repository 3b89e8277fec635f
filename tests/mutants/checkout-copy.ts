/** A copy of the checkout in which mistakes are made, so that the working files stay untouched. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHECKOUT } from '../../local/stack/profile.ts';
import { type Mistake, withMistake } from './mistake.ts';

export class CheckoutCopy {
  readonly root: string;

  /** @param root where to create the copy, replacing an earlier one; it includes uncommitted changes and links the packages */
  constructor(root: string) {
    this.root = root;
    this.remove();
    mkdirSync(root, { recursive: true });
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: CHECKOUT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    for (const file of list.split('\0').filter(isThere)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      cpSync(join(CHECKOUT, file), join(root, file));
    }
    symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'), 'dir');
  }

  /** Applies the mistake while `work` runs. */
  async withMistake<Result>(mistake: Mistake, work: () => Promise<Result>): Promise<Result> {
    const path = join(this.root, mistake.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, withMistake(source, mistake));
    try {
      return await work();
    } finally {
      writeFileSync(path, source);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Checks existence because Git also lists deleted files until the deletion is committed. */
const isThere = (file: string): boolean =>
  file !== '' && (statSync(join(CHECKOUT, file), { throwIfNoEntry: false })?.isFile() ?? false);
