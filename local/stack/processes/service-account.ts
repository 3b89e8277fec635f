/** PostgreSQL and Elasticsearch refuse to run as root, so root starts them as another user. */
import { execFileSync } from 'node:child_process';
import { chownSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ServiceAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

let known: ServiceAccount | undefined;

/**
 * The user that servers run as; undefined when this process is not root, so that they run as its own user.
 * @throws when the user in HOLDFAST_SERVICE_USER does not exist on this machine
 */
export function serviceAccount(): ServiceAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  known ??= lookUp(process.env.HOLDFAST_SERVICE_USER || 'nobody');
  return known;
}

function lookUp(name: string): ServiceAccount {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { name, uid: id('-u'), gid: id('-g') };
  } catch {
    throw new Error(
      `This machine has no user "${name}" to run servers that refuse root. Set HOLDFAST_SERVICE_USER to an unprivileged user.`,
    );
  }
}

/** The outermost folder on the way to `path` that the account can't access; undefined when it can reach `path`. */
export function barrier(path: string, account: ServiceAccount): string | undefined {
  let folder = realpathSync(path);
  let found: string | undefined;
  for (;;) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) found = folder;
    const parent = dirname(folder);
    if (parent === folder) return found;
    folder = parent;
  }
}

/** Changes the owner of a file or folder to the account; does nothing when servers run as this process's user. */
export function giveTo(account: ServiceAccount | undefined, path: string): void {
  if (account) chownSync(path, account.uid, account.gid);
}
