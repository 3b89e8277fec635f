import { expect, it } from 'vitest';
import { settingRows, settingsPage } from './settings-table.ts';

it('matches docs/settings.md (npm test -- infra/settings-table -u writes it)', async () => {
  await expect(settingsPage()).toMatchFileSnapshot('../docs/settings.md');
});

it.each([
  ['RESERVATION_SECONDS', '600'],
  ['RATE_LIMIT_ENABLED', 'true'],
  ['TRUSTED_PROXIES', '127.0.0.1,::1'],
])('formats the default of %s like an environment variable', (name, fallback) => {
  expect(settingRows().find((row) => row.name === name)).toMatchObject({ fallback, isRequired: false });
});

it('has no defaults for secrets', () => {
  const secrets = settingRows().filter(({ name }) => /SECRET|PASSWORD|TOKEN$|_KEYS?$/.test(name));
  expect(secrets.length).toBeGreaterThan(5);
  for (const { name, fallback } of secrets) expect(fallback, name).toBeUndefined();
});
