/**
 * Generates the secrets of a containerized shop, each once. Every process reads the resulting file (`node --env-file-if-exists`), but
 * variables of its own environment take precedence.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

const [path] = process.argv.slice(2);
if (!path) throw new Error('Usage: node infra/docker/make-secrets.ts FILE');

const key = (kind: string) => `${kind}_local${randomBytes(18).toString('hex')}`;
const stripe = { SECRET_KEY: key('sk_test'), PUBLISHABLE_KEY: key('pk_test'), WEBHOOK_SECRET: key('whsec') };
const secrets = {
  JWT_SECRET: randomBytes(32).toString('base64url'),
  REFRESH_SECRET: randomBytes(32).toString('base64url'),
  PAYLOAD_KEYS: `compose:${randomBytes(32).toString('base64')}`,
  EMAIL_HASH_KEY: randomBytes(32).toString('base64url'),
  // The shop and the Stripe stand-in share the same keys.
  ...Object.fromEntries(Object.entries(stripe).map(([name, value]) => [`STRIPE_${name}`, value])),
  ...Object.fromEntries(Object.entries(stripe).map(([name, value]) => [`STANDIN_${name}`, value])),
};
// Keeps the values in a file of an earlier release, and adds secrets that the release did not have.
const kept = existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
const lines = Object.entries({ ...secrets, ...kept }).map(([name, value]) => `${name}=${value}\n`);
writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600 });
renameSync(`${path}.new`, path);
