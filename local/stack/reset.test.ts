import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Profile, SHOP_PROFILE } from './profile.ts';
import { obstacleToReset } from './reset.ts';

const folder = mkdtempSync(join(tmpdir(), 'reset-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('deletes only the shop’s data', () => {
  const profile = new Profile(SHOP_PROFILE, folder);
  const secret = profile.secret('jwt');
  const data = profile.dataFolder('postgres');
  writeFileSync(join(data, 'table'), 'rows');
  mkdirSync(join(folder, '.local/cache'), { recursive: true });
  expect(() => profile.wipeData()).toThrow('npm start -- --reset');
  expect(existsSync(join(data, 'table'))).toBe(true);

  profile.resetData();
  expect(existsSync(data)).toBe(false);
  expect(profile.secret('jwt')).toBe(secret);
  expect(existsSync(join(folder, '.local/cache'))).toBe(true);
});

it('is refused when a setting names an external server', () => {
  expect(obstacleToReset({})).toBeUndefined();
  expect(obstacleToReset({ POSTGRES_URL: 'postgres://db.example/shop' })).toContain('POSTGRES_URL');
});
