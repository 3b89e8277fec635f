/** Publishes a running stack for other programs: its addresses for all, its settings for programs of this checkout. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DemoAccountName, demoAccounts } from '../demo-catalog/demo-accounts.ts';
import type { AppSettings } from './app-settings.ts';
import type { ProcessIdentity } from './processes/identity.ts';
import { lockHolder } from './processes/lock.ts';
import { type Profile, readJson, writeJson } from './profile.ts';

type SignIn = { readonly email: string; readonly password: string };

/** The content of `stack.json`, without parts that are not running. */
export interface StackAddresses extends Readonly<Record<DemoAccountName, SignIn>> {
  readonly storefront?: string;
  readonly api?: string;
  readonly temporal_ui?: string;
  readonly stripe_api?: string;
  readonly mailbox?: string;
  readonly metrics?: string;
  readonly worker_metrics?: string;
  readonly temporal_address?: string;
  readonly postgres_url?: string;
  readonly redis_url?: string;
  readonly elasticsearch_url?: string;
  readonly influxdb_url?: string;
  readonly stripe_secret_key?: string;
  readonly stripe_webhook_secret?: string;
}

/** @param parts the app's running processes */
export function stackAddresses({ environment, urls }: AppSettings, parts: readonly string[]): StackAddresses {
  const has = (part: string) => parts.includes(part);
  const signIns = Object.entries(demoAccounts).map(([name, { email, password }]) => [name, { email, password }]);
  return {
    ...(has('storefront') && { storefront: urls.storefront }),
    ...(has('api') && { api: urls.api, metrics: urls.apiMetrics }),
    ...(has('worker') && { worker_metrics: urls.workerMetrics }),
    ...(has('stripe') && { stripe_api: urls.stripe }),
    ...(has('mailbox') && { mailbox: urls.mailbox }),
    temporal_ui: environment.TEMPORAL_UI_URL,
    temporal_address: environment.TEMPORAL_ADDRESS,
    postgres_url: environment.POSTGRES_URL,
    redis_url: environment.REDIS_URL,
    elasticsearch_url: environment.ELASTICSEARCH_URL,
    influxdb_url: environment.INFLUXDB_URL,
    stripe_secret_key: environment.STRIPE_SECRET_KEY,
    stripe_webhook_secret: environment.STRIPE_WEBHOOK_SECRET,
    ...(Object.fromEntries(signIns) as Record<DemoAccountName, SignIn>),
  };
}

/** Publishes a running stack. Both files contain only secrets of this machine's shop, and only their owner can read them. */
export function publishStack(
  profile: Profile,
  addresses: StackAddresses,
  settings: Readonly<Record<string, string>>,
): void {
  writeJson(settingsFile(profile), settings, 0o600);
  writeJson(profile.stackFile, addresses, 0o600);
}

/** Withdraws a stack that is about to start or stop, because readers rely on a published stack. */
export function withdrawStack(profile: Profile): void {
  rmSync(profile.stackFile, { force: true });
  rmSync(settingsFile(profile), { force: true });
}

export interface PublishedStack {
  readonly supervisor: ProcessIdentity;
  readonly addresses: StackAddresses | undefined;
  /** Settings of the app's processes; undefined while it is starting or stopping. */
  readonly settings: Readonly<Record<string, string>> | undefined;
}

/** The stack of a profile; undefined when no running process owns it. */
export function runningStack(profile: Profile): PublishedStack | undefined {
  const supervisor = lockHolder(profile.lockFile);
  if (!supervisor) return undefined;
  return {
    supervisor,
    addresses: readJson<StackAddresses>(profile.stackFile),
    settings: readJson<Record<string, string>>(settingsFile(profile)),
  };
}

function settingsFile(profile: Profile): string {
  return join(profile.folder, 'app-settings.json');
}
