/** A profile: a set of servers with its own data, ports, logs, and secrets. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Lock, tryLock } from './processes/lock.ts';
import { choosePorts, type PortWish } from './processes/ports.ts';
import { ProcessRecords } from './processes/records.ts';
import { barrier, giveTo, type ServiceAccount } from './processes/service-account.ts';

/** The profile of the shop that developers use; other profiles are separate from it. */
export const SHOP_PROFILE = 'shop';

/** The root of the checkout with this file. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');

export class Profile {
  readonly name: string;
  readonly checkout: string;
  readonly folder: string;
  readonly records: ProcessRecords;
  readonly #givenPorts = new Set<number>();

  /** @param name `shop` for the shop under `.local/`; others, such as `test` or `bench`, live in `.local/<name>/` */
  constructor(name: string, checkout: string = CHECKOUT) {
    if (!/^[a-z][a-z0-9-]*$/.test(name))
      throw new Error(`"${name}" is not a valid profile name. Use lowercase letters, digits, and dashes.`);
    this.name = name;
    this.checkout = realpathSync(checkout);
    const local = join(this.checkout, '.local');
    this.folder = name === SHOP_PROFILE ? local : join(local, name);
    this.records = new ProcessRecords(join(this.folder, 'run'));
  }

  get isShop(): boolean {
    return this.name === SHOP_PROFILE;
  }

  get lockFile(): string {
    return join(this.folder, 'supervisor.lock');
  }

  /** File with the addresses of the running stack, for other programs. */
  get stackFile(): string {
    return join(this.folder, 'stack.json');
  }

  /** Locks the profile for this process; undefined while another process uses it. */
  tryLock(): Lock | undefined {
    return tryLock(this.lockFile);
  }

  logFile(name: string): string {
    return join(this.folder, 'logs', `${name}.log`);
  }

  /** Chooses free ports, those of the last start if possible, and remembers them. */
  async choosePorts(wishes: readonly PortWish[]): Promise<Record<string, number>> {
    const path = join(this.folder, 'ports.json');
    const remembered = readJson<Record<string, number>>(path) ?? {};
    const names = new Set(wishes.map(({ name }) => name));
    const others = Object.entries(remembered).flatMap(([name, port]) => (names.has(name) ? [] : [port]));
    const given = new Set([...this.#givenPorts, ...others]);
    const ports = await choosePorts(this.isShop ? wishes : wishes.map(({ name }) => ({ name })), remembered, given);
    for (const port of Object.values(ports)) this.#givenPorts.add(port);
    writeJson(path, { ...remembered, ...ports });
    return ports;
  }

  /** A random secret, generated at its first use and stored in a file that only its owner can read. */
  secret(name: string, make: () => string = () => randomBytes(32).toString('base64url')): string {
    const path = join(this.folder, 'secrets.json');
    const secrets = readJson<Record<string, string>>(path) ?? {};
    const known = secrets[name];
    if (known) return known;
    const made = make();
    writeJson(path, { ...secrets, [name]: made }, 0o600);
    return made;
  }

  /**
   * The folder for a server's data, created if missing.
   * @param account who needs write access. If it can't access the checkout (for example below /root), the data is stored in the
   *   machine's folder for such data, and the profile has a link to it.
   */
  dataFolder(name: string, account?: ServiceAccount): string {
    const path = join(this.folder, 'data', name);
    mkdirSync(join(this.folder, 'data'), { recursive: true });
    if (!existsSync(path)) {
      if (isDanglingLink(path)) rmSync(path);
      if (account && barrier(join(this.folder, 'data'), account)) symlinkSync(this.#outsideFolder(name), path);
      else mkdirSync(path, { mode: 0o700 });
    }
    const real = realpathSync(path);
    const blocked = account && barrier(resolve(real, '..'), account);
    if (blocked) {
      throw new Error(
        `User ${account.name} can't access ${blocked}, a parent folder of ${real}. Run chmod o+x on it, or move that data away to start fresh.`,
      );
    }
    chmodSync(real, 0o700);
    giveTo(account, real);
    return real;
  }

  /** Deletes the data of every server of this profile, which must not be the shop. */
  wipeData(): void {
    if (this.isShop) throw new Error('To delete the shop’s data, run: npm start -- --reset');
    this.resetData();
  }

  /** Deletes the data of every server, the Stripe stand-in, and the mailbox; keeps secrets, ports, logs, and downloads. */
  resetData(): void {
    const outside = this.#outsideFolder('', false);
    rmSync(join(this.folder, 'data'), { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
    const ofCheckout = resolve(outside, '..');
    if (existsSync(ofCheckout) && readdirSync(ofCheckout).length === 0) rmdirSync(ofCheckout);
  }

  #outsideFolder(name: string, make = true): string {
    const key = `${basename(this.checkout)}-${createHash('sha256').update(this.checkout).digest('hex').slice(0, 12)}`;
    const folder = join('/var/lib/holdfast', key, this.name, name);
    if (make) mkdirSync(folder, { recursive: true });
    return folder;
  }
}

/** The content of a JSON file; undefined when it is missing or damaged. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Writes a JSON file atomically. */
export function writeJson(path: string, content: unknown, mode = 0o644): void {
  mkdirSync(resolve(path, '..'), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode });
  renameSync(`${path}.new`, path);
}

function isDanglingLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
