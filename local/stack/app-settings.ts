/** Settings of the app's processes in the local stack, with the chosen addresses and generated secrets. */
import { randomBytes } from 'node:crypto';
import { settingsSchema } from '../../infra/config.ts';
import type { PortWish } from './processes/ports.ts';
import type { Profile } from './profile.ts';

/** Ports of the app's processes; API_PORT and STOREFRONT_PORT in the environment are mandatory. */
export function appPorts(): PortWish[] {
  const wish = (name: string, preferred: number, setting?: string): PortWish => {
    const demanded = setting && Number.parseInt(process.env[setting] ?? '', 10);
    return demanded ? { name, preferred: demanded, demandedBy: setting } : { name, preferred };
  };
  return [
    wish('storefront', 3000, 'STOREFRONT_PORT'),
    wish('api', 3001, 'API_PORT'),
    wish('api_metrics', 9464),
    wish('worker_metrics', 9474),
    wish('stripe', 12_111),
    wish('mailbox', 8025),
    wish('mailbox_smtp', 1025),
  ];
}

export interface AppSettings {
  /** Settings of the API, the worker, and the commands, named as in `infra/config.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings of the Stripe stand-in; undefined when Stripe itself is used. */
  readonly standIn: Readonly<Record<string, string | undefined>> | undefined;
  /** Settings of the local mailbox; undefined when the shop uses its own mail server. */
  readonly mailbox: Readonly<Record<string, string | undefined>> | undefined;
  readonly storefront: Readonly<Record<string, string | undefined>>;
  readonly urls: {
    readonly storefront: string;
    readonly api: string;
    readonly apiMetrics: string;
    readonly workerMetrics: string;
    /** URL of the stand-in; undefined when Stripe itself is used. */
    readonly stripe: string | undefined;
    /** URL of the local mailbox's page; undefined when the shop uses its own mail server. */
    readonly mailbox: string | undefined;
  };
}

/**
 * Assembles the settings. The shop uses settings in this process's environment unchanged, including Stripe's keys and the mail server;
 * tests and benchmarks use only the settings that they request.
 * @param asked settings that override the defaults
 * @throws when Stripe's secret key is set without its publishable key and webhook secret
 */
export function appSettings(
  profile: Profile,
  servers: Readonly<Record<string, string>>,
  ports: Readonly<Record<string, number>>,
  asked: Readonly<Record<string, string>> = {},
): AppSettings {
  const address = (name: string) => `http://127.0.0.1:${ports[name]}`;
  const urls = {
    storefront: address('storefront'),
    api: address('api'),
    apiMetrics: `${address('api_metrics')}/metrics`,
    workerMetrics: `${address('worker_metrics')}/metrics`,
    stripe: profile.isShop && process.env.STRIPE_SECRET_KEY ? undefined : address('stripe'),
    mailbox: profile.isShop && process.env.SMTP_URL ? undefined : address('mailbox'),
  };
  const key = (kind: string) => profile.secret(kind, () => `${kind}_local${randomBytes(18).toString('hex')}`);
  const stripe = urls.stripe
    ? {
        STRIPE_SECRET_KEY: key('sk_test'),
        STRIPE_PUBLISHABLE_KEY: key('pk_test'),
        STRIPE_WEBHOOK_SECRET: key('whsec'),
        STRIPE_API_URL: urls.stripe,
      }
    : requireStripeKeys(`${urls.api}/api/webhooks/stripe`);
  const environment: Record<string, string> = {
    NODE_ENV: 'production',
    JWT_SECRET: profile.secret('jwt_secret'),
    REFRESH_SECRET: profile.secret('refresh_secret'),
    PAYLOAD_KEYS: profile.secret('payload_keys', () => `local:${randomBytes(32).toString('base64')}`),
    EMAIL_HASH_KEY: profile.secret('email_hash_key'),
    // The local Web UI has no sign-in and thus no token to send; both listen only on this machine.
    CODEC_REQUIRE_SIGN_IN: 'false',
    STOREFRONT_URL: urls.storefront,
    SUPPORT_EMAIL: 'support@holdfast.test',
    ...systemVariables(),
    ...(profile.isShop && givenSettings()),
    ...servers,
    ...stripe,
    ...(urls.mailbox && { SMTP_URL: `smtp://127.0.0.1:${ports.mailbox_smtp}` }),
    API_HOST: '127.0.0.1',
    API_PORT: String(ports.api),
    API_METRICS_PORT: String(ports.api_metrics),
    WORKER_METRICS_PORT: String(ports.worker_metrics),
    ...asked,
  };
  const webhookUrl = `${urls.api}/api/webhooks/stripe`;
  return {
    environment,
    urls,
    standIn: urls.stripe
      ? {
          ...systemVariables(),
          ...Object.fromEntries(Object.entries(asked).filter(([name]) => name.startsWith('STANDIN_'))),
          STANDIN_HOST: '127.0.0.1',
          STANDIN_PORT: String(ports.stripe),
          STANDIN_DATA_DIR: profile.dataFolder('stripe'),
          STANDIN_SECRET_KEY: environment.STRIPE_SECRET_KEY,
          STANDIN_PUBLISHABLE_KEY: environment.STRIPE_PUBLISHABLE_KEY,
          STANDIN_WEBHOOK_SECRET: environment.STRIPE_WEBHOOK_SECRET,
          STANDIN_WEBHOOK_URL: webhookUrl,
        }
      : undefined,
    mailbox: urls.mailbox
      ? {
          ...systemVariables(),
          MAILBOX_HOST: '127.0.0.1',
          MAILBOX_PORT: String(ports.mailbox),
          MAILBOX_SMTP_PORT: String(ports.mailbox_smtp),
          MAILBOX_DATA_DIR: profile.dataFolder('mailbox'),
        }
      : undefined,
    storefront: {
      ...systemVariables(),
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(ports.storefront),
      ORIGIN: environment.STOREFRONT_URL,
      API_URL: urls.api,
      ...(urls.stripe && { STRIPE_PUBLIC_URL: environment.STRIPE_PUBLIC_URL || urls.stripe }),
      ...(environment.SHOP_NAME && { SHOP_NAME: environment.SHOP_NAME }),
      ...(environment.CURRENCY && { CURRENCY: environment.CURRENCY }),
    },
  };
}

function requireStripeKeys(webhookUrl: string): Record<string, string> {
  const missing = ['STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET'].filter((name) => !process.env[name]);
  if (missing.length === 0) return {};
  throw new Error(
    `STRIPE_SECRET_KEY is set, so payments go to Stripe. Set ${missing.join(' and ')} too ("stripe listen --forward-to ${webhookUrl}" prints the webhook secret). Unset STRIPE_SECRET_KEY to use the local stand-in.`,
  );
}

/** The shop's settings in this process's environment, without other variables such as other programs' keys. */
function givenSettings(): Record<string, string> {
  return pick(Object.keys(settingsSchema.shape));
}

/** The variables that every program needs to run on this machine, without those that change its behavior. */
function systemVariables(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'];
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  return pick([...names, ...proxies]);
}

function pick(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
