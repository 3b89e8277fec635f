/** A copy of the checkout in which mistakes are made, so that no file that anybody edits is touched. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHECKOUT } from '../../local/stack/profile.ts';
import { type Mistake, withMistake } from './mistake.ts';

export class CheckoutCopy {
  readonly root: string;

  /** @param root where it is made, in place of an earlier one; what is not committed yet is copied too, the packages are linked */
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

  /** Makes the mistake while `work` runs. */
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

/** Git lists files that were deleted and not committed yet. */
const isThere = (file: string): boolean =>
  file !== '' && (statSync(join(CHECKOUT, file), { throwIfNoEntry: false })?.isFile() ?? false);
