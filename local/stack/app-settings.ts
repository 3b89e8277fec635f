/** The settings of the app's processes in the local stack: addresses that were chosen, secrets that were made up. */
import { randomBytes } from 'node:crypto';
import { settingsSchema } from '../../infra/config.ts';
import type { PortWish } from './processes/ports.ts';
import type { Profile } from './profile.ts';

/** Ports of the app's processes; API_PORT and STOREFRONT_PORT in the environment are demands. */
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
  /** Settings of API, worker and the programs beside them, named as in `infra/config.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings of the Stripe stand-in; undefined when payments go to Stripe itself. */
  readonly standIn: Readonly<Record<string, string | undefined>> | undefined;
  /** Settings of the local mailbox; undefined when mails go to a mail server of the shop's own. */
  readonly mailbox: Readonly<Record<string, string | undefined>> | undefined;
  readonly storefront: Readonly<Record<string, string | undefined>>;
  readonly urls: {
    readonly storefront: string;
    readonly api: string;
    readonly apiMetrics: string;
    readonly workerMetrics: string;
    /** Of the stand-in; undefined when payments go to Stripe itself. */
    readonly stripe: string | undefined;
    /** Of the local mailbox's page; undefined when mails go to a mail server of the shop's own. */
    readonly mailbox: string | undefined;
  };
}

/**
 * Puts the settings together. The shop takes those that are set in this process's environment as they are, Stripe's keys and the
 * mail server among them; tests and benchmarks depend on nothing but what they ask for.
 * @param asked settings to have instead of the usual ones
 * @throws when Stripe's secret key is given without the two that belong to it
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
    // The local Web UI has no sign-in whose token it could show; both listen to this machine only.
    CODEC_REQUIRE_SIGN_IN: 'false',
    STOREFRONT_URL: urls.storefront,
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

/** The settings in this process's environment; nothing else of it concerns the app, least of all other programs' keys. */
function givenSettings(): Record<string, string> {
  return pick(Object.keys(settingsSchema.shape));
}

/** What every program needs to run on this machine, and nothing that changes what it does. */
function systemVariables(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'];
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  return pick([...names, ...proxies]);
}

function pick(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
