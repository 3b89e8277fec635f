import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceAccount } from './processes/service-account.ts';
import { Profile } from './profile.ts';

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'order-'));
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

describe('a profile', () => {
  it('separates the shop from other profiles', () => {
    expect(new Profile('shop', checkout).folder).toBe(join(realpathSync(checkout), '.local'));
    expect(new Profile('test', checkout).folder).toBe(join(realpathSync(checkout), '.local/test'));
    expect(() => new Profile('../../infra/elsewhere', checkout)).toThrow('not a valid profile name');
  });

  it('generates a secret once, readable only by its owner', () => {
    const profile = new Profile('shop', checkout);
    const made = profile.secret('jwt_secret');
    expect(made.length).toBeGreaterThan(32);
    expect(new Profile('shop', checkout).secret('jwt_secret')).toBe(made);
    expect(new Profile('test', checkout).secret('jwt_secret')).not.toBe(made);
    expect(statSync(join(profile.folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('remembers its ports, and assigns none twice', async () => {
    const { api } = await new Profile('test', checkout).choosePorts([{ name: 'api' }]);
    const again = new Profile('test', checkout);
    const { redis } = await again.choosePorts([{ name: 'redis', preferred: api! }]);
    expect(redis).not.toBe(api);
    expect(await again.choosePorts([{ name: 'api' }])).toEqual({ api });
  });

  it.runIf(serviceAccount())('stores data where the servers’ user has access when it can’t access the checkout', () => {
    const account = serviceAccount()!;
    const open = new Profile('test', checkout);
    mkdirSync(join(checkout, 'open'), { mode: 0o755 });
    // A temporary folder is inaccessible to others, like root's home.
    const closed = open.dataFolder('postgres', account);
    try {
      expect(closed.startsWith('/var/lib/holdfast/')).toBe(true);
      expect(statSync(closed).uid).toBe(account.uid);
      writeFileSync(join(closed, 'kept'), '');
      expect(new Profile('test', checkout).dataFolder('postgres', account)).toBe(closed);
      expect(existsSync(join(open.folder, 'data/postgres/kept'))).toBe(true);
    } finally {
      open.wipeData();
    }
    expect(existsSync(closed)).toBe(false);
  });
});
