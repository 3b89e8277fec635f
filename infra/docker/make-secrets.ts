/**
 * Makes up the secrets of a shop in containers, once: the file that it is given is read by every process
 * (`node --env-file-if-exists`), which prefers what its own environment says.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';

const [path] = process.argv.slice(2);
if (!path) throw new Error('Usage: node infra/docker/make-secrets.ts FILE');

if (!existsSync(path)) {
  const key = (kind: string) => `${kind}_local${randomBytes(18).toString('hex')}`;
  const stripe = { SECRET_KEY: key('sk_test'), PUBLISHABLE_KEY: key('pk_test'), WEBHOOK_SECRET: key('whsec') };
  const secrets = {
    JWT_SECRET: randomBytes(32).toString('base64url'),
    REFRESH_SECRET: randomBytes(32).toString('base64url'),
    // The shop and the Stripe stand-in know the same keys.
    ...Object.fromEntries(Object.entries(stripe).map(([name, value]) => [`STRIPE_${name}`, value])),
    ...Object.fromEntries(Object.entries(stripe).map(([name, value]) => [`STANDIN_${name}`, value])),
  };
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
