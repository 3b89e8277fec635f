/** Secure defaults of the settings, and a check that no deployment in this repository weakens them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings, settingsSchema } from './config.ts';

const key = (bytes: number) => Buffer.alloc(bytes, 'k').toString('base64');
/** Settings that are required because addresses and secrets have no defaults. */
const REQUIRED = {
  POSTGRES_URL: 'postgres://user:password@127.0.0.1:5432/shop',
  REDIS_URL: 'redis://127.0.0.1:6379/0',
  ELASTICSEARCH_URL: 'http://127.0.0.1:9200',
  INFLUXDB_URL: 'http://127.0.0.1:8086',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  SMTP_URL: 'smtp://127.0.0.1:25',
  PAYLOAD_KEYS: `one:${key(32)}`,
  EMAIL_HASH_KEY: 'e'.repeat(32),
  JWT_SECRET: 'j'.repeat(32),
  REFRESH_SECRET: 'r'.repeat(32),
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
};
const SECRETS = [
  'PAYLOAD_KEYS',
  'EMAIL_HASH_KEY',
  'JWT_SECRET',
  'REFRESH_SECRET',
  'STRIPE_SECRET_KEY',
  'STRIPE_PUBLISHABLE_KEY',
  'STRIPE_WEBHOOK_SECRET',
];

/** In every deployment. */
const EVERYWHERE = {
  CODEC_REQUIRE_SIGN_IN: true,
  CODEC_OIDC_AUDIENCE: 'temporal-ui',
  CODEC_OIDC_ROLE_CLAIM: 'groups',
  CODEC_OIDC_ROLES: ['support', 'support_lead', 'admin'],
  TEMPORAL_UI_OPERATOR: false,
  LOG_LEVEL: 'info',
  ACCESS_TOKEN_SECONDS: 900,
  REFRESH_TOKEN_SECONDS: 604_800,
  RATE_LIMIT_ENABLED: true,
  RATE_LIMIT_CATALOG: 3_000,
  RATE_LIMIT_CATALOG_SECONDS: 900,
  RATE_LIMIT_READS: 6_000,
  RATE_LIMIT_READS_SECONDS: 900,
  RATE_LIMIT_API: 100,
  RATE_LIMIT_API_PER_ADDRESS: 3_000,
  RATE_LIMIT_API_SECONDS: 900,
  RATE_LIMIT_AUTH: 5,
  RATE_LIMIT_AUTH_PER_ADDRESS: 50,
  RATE_LIMIT_AUTH_PER_ACCOUNT: 20,
  RATE_LIMIT_AUTH_SECONDS: 900,
  RATE_LIMIT_PAYMENT: 10,
  RATE_LIMIT_PAYMENT_PER_ADDRESS: 100,
  RATE_LIMIT_PAYMENT_SECONDS: 3_600,
  RATE_LIMIT_EVENTS: 1_000,
  RATE_LIMIT_EVENTS_SECONDS: 900,
  RATE_LIMIT_PICTURES: 20_000,
  RATE_LIMIT_PICTURES_SECONDS: 900,
  RATE_LIMIT_WEBHOOKS: 100_000,
  RATE_LIMIT_WEBHOOKS_SECONDS: 900,
  ORDER_STREAMS_MAX: 20,
  ORDER_STREAMS_PER_ADDRESS_MAX: 500,
  RATE_LIMIT_SUPPORT: 600,
  RATE_LIMIT_SUPPORT_SECONDS: 900,
  RATE_LIMIT_CODEC: 20_000,
  RATE_LIMIT_CODEC_SECONDS: 900,
  REFUND_LIMIT_CUSTOMER_CENTS: 10_000,
  REFUND_LIMIT_SUPPORT_CENTS: 10_000,
  REFUND_LIMIT_LEAD_CENTS: 100_000,
  RETURN_DAYS: 30,
  PAYMENT_METHOD_TYPES: ['card'],
  RESERVATION_SECONDS: 600,
  RESERVATION_GRACE_SECONDS: 30,
  PAYMENT_SETTLE_SECONDS: 7_200,
  RESERVATION_MAX_UNITS_PER_OWNER: 100,
  RESERVATION_MAX_UNITS_PER_GUEST: 20,
  RESERVATION_MAX_OPEN_PER_ADDRESS: 50,
  RESERVATION_MAX_UNITS_PER_ADDRESS: 300,
};
/** On a single machine: it listens on, and trusts, only this machine. */
const HERE = {
  API_HOST: '127.0.0.1',
  API_METRICS_PORT: 0,
  WORKER_METRICS_PORT: 0,
  TRUSTED_PROXIES: ['127.0.0.1', '::1'],
  CODEC_OIDC_ISSUER: undefined,
};

const pick = (names: readonly string[], from: object) =>
  Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name]]));

describe('the settings', () => {
  it('are secure by default', () => {
    const safe = { ...EVERYWHERE, ...HERE };
    expect(pick(Object.keys(safe), readSettings(REQUIRED))).toEqual(safe);
  });

  it('that turn something on or off are all listed here', () => {
    const switches = Object.entries(readSettings(REQUIRED)).filter(([, value]) => typeof value === 'boolean');
    expect(Object.fromEntries(switches)).toEqual({
      CODEC_REQUIRE_SIGN_IN: true,
      RATE_LIMIT_ENABLED: true,
      TEMPORAL_UI_OPERATOR: false,
    });
  });

  it('have no defaults for addresses and secrets, and report each one that is missing', () => {
    const missing = () => readSettings({});
    for (const name of Object.keys(REQUIRED)) expect(missing).toThrow(new RegExp(`^  ${name}: `, 'm'));
    const optional = Object.entries(settingsSchema.shape).filter(([, schema]) => schema.safeParse(undefined).success);
    expect([...optional.map(([name]) => name), ...Object.keys(REQUIRED)].sort()).toEqual(
      Object.keys(settingsSchema.shape).sort(),
    );
  });

  it.each([
    ['EMAIL_HASH_KEY', 'e'.repeat(31)],
    ['JWT_SECRET', 'j'.repeat(31)],
    ['REFRESH_SECRET', 'r'.repeat(31)],
    ['PAYLOAD_KEYS', `one:${key(31)}`],
    ['PAYLOAD_KEYS', 'one'],
    ['STRIPE_WEBHOOK_SECRET', ''],
    ['CODEC_REQUIRE_SIGN_IN', 'no'],
    ['RATE_LIMIT_ENABLED', 'off'],
    ['RATE_LIMIT_AUTH', '0'],
    ['TRUSTED_PROXIES', 'nginx'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '127.0.0.1,10.0.0.0/'],
    ['TRUSTED_PROXIES', 'fd00::/129'],
    ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
    ['ACCESS_TOKEN_SECONDS', '0'],
    ['REFUND_LIMIT_CUSTOMER_CENTS', '-1'],
    ['PAYMENT_METHOD_TYPES', 'sepa_debit'],
  ])('reject %s=%s', (name, value) => {
    expect(() => readSettings({ ...REQUIRED, [name]: value })).toThrow(new RegExp(`^  ${name}: `, 'm'));
  });
});

/** The value of `${NAME:-value}` when NAME is not set. */
function withoutEnvironment(text: string): string {
  const [, fallback] = /^\$\{[A-Z_]+:?-(.*)\}$/.exec(text) ?? [];
  return fallback === undefined ? text : withoutEnvironment(fallback);
}

const fileOf = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('docker-compose.yml', () => {
  const compose = fileOf('docker-compose.yml');
  const [, block = ''] = /^x-environment: .*\n((?: .*\n)+)/m.exec(compose) ?? [];
  /** Values for the API and the worker with an empty environment; a setting passed on without a value is not set then. */
  const given = Object.fromEntries(
    [...block.matchAll(/^ {2}([A-Z_]+):[ ]*(.*)$/gm)]
      .map(([, name, value]) => [name!, withoutEnvironment(value!.replace(/^&\S+ /, ''))] as const)
      .filter(([, value]) => value !== ''),
  );

  it('is as secure as the default settings', () => {
    const settings = readSettings({ ...given, ...REQUIRED });
    expect(pick(Object.keys(EVERYWHERE), settings)).toEqual(EVERYWHERE);
  });

  it('contains no secrets of the shop: each is generated or provided', () => {
    expect(pick(SECRETS, given)).toEqual(pick(SECRETS, {}));
    for (const name of SECRETS) expect(block).toMatch(new RegExp(`^  ${name}:$`, 'm'));
  });

  it('exposes its ports only to this machine', () => {
    const ports = [...compose.matchAll(/^ {4}ports:\n((?: {6}- .*\n)+)/gm)].flatMap(([, lines]) =>
      lines!.trim().split('\n'),
    );
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port.trim()).toMatch(/^- 127\.0\.0\.1:\d+:\d+$/);
  });

  it('trusts only the addresses that its own proxies forward', () => {
    const addresses = [...compose.matchAll(/ipv4_address: (\S+)/g)].map(([, address]) => address!);
    expect(readSettings({ ...given, ...REQUIRED }).TRUSTED_PROXIES.sort()).toEqual(addresses.sort());
  });
});

describe('the Temporal Web UI', () => {
  const ON = ['TEMPORAL_AUTH_ENABLED', 'TEMPORAL_CODEC_PASS_ACCESS_TOKEN'];
  const DISABLED = ['WORKFLOW_RESET', 'WORKFLOW_TERMINATE', 'WORKFLOW_CANCEL', 'BATCH_ACTIONS'].map(
    (action) => `TEMPORAL_${action}_DISABLED`,
  );

  it.each([...ON, ...DISABLED])('has %s wherever it is deployed', (name) => {
    expect(fileOf('docker-compose.yml')).toMatch(new RegExp(`^ +${name}: (?:'true'|\\$\\{${name}:-true\\})$`, 'm'));
    expect(fileOf('infra/kubernetes/temporal-ui.yaml')).toContain(`{ name: ${name}, value: "true" }`);
  });
});
