/** The only reader of the environment: every setting, described, parsed once at start, all problems listed at once. */
import { z } from 'zod';
import { isCurrency } from '../domain/currencies.ts';
import { IMMEDIATE_PAYMENT_METHODS } from '../domain/payment.ts';
import { parsePayloadKeys } from './temporal/payload-keys.ts';

const seconds = (fallback: number, min = 1) => z.coerce.number().int().min(min).default(fallback);
const count = (fallback: number, min = 1) => z.coerce.number().int().min(min).default(fallback);
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true' || value === '1');
const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );

const payloadKeys = z.string().transform((text, context) => {
  try {
    return parsePayloadKeys(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** Task queues, each of which operators scale alone. */
export const TASK_QUEUES = ['orders', 'payments', 'catalog', 'recommendations'] as const;
export type TaskQueue = (typeof TASK_QUEUES)[number];

export const settingsSchema = z.object({
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('Least level logged'),

  API_HOST: z.string().default('127.0.0.1').describe('Address the API listens on'),
  API_PORT: count(3001, 0).describe('Port of the API; 0 picks a free one'),
  API_METRICS_PORT: count(0, 0).describe('Port of the API process’s Prometheus metrics; 0 turns them off'),
  WORKER_METRICS_PORT: count(0, 0).describe('Port of the worker process’s Prometheus metrics; 0 turns them off'),
  STOREFRONT_URL: z
    .url()
    .default('http://127.0.0.1:3000')
    .describe('Public origin of the storefront, for CORS and links'),
  TRUSTED_PROXIES: list('127.0.0.1,::1').describe('Addresses whose X-Forwarded-For is believed, comma-separated'),

  POSTGRES_URL: z.url().describe('postgres://user:password@host:port/database'),
  POSTGRES_POOL_MAX: count(10).describe('Most connections of one process'),
  POSTGRES_TIMEOUT_MS: count(10_000, 100).describe(
    'Longest wait of the API for a connection to PostgreSQL, and for the answer to a statement, in milliseconds; then it answers 503',
  ),
  REDIS_URL: z.url().describe('redis://host:port/database'),
  REDIS_TIMEOUT_MS: count(1_000, 10).describe(
    'Longest wait for the answer to a Redis command, in milliseconds; then Redis counts as away until it answers a PING',
  ),
  ELASTICSEARCH_URL: z.url().describe('Address of the search cluster'),
  ELASTICSEARCH_INDEX: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*$/)
    .default('products')
    .describe('Alias of the product index'),

  INFLUXDB_URL: z.url().describe('Address of the InfluxDB server that keeps the analytics events: its 1.x write API'),
  INFLUXDB_DATABASE: z
    .string()
    .regex(/^[\w-]+$/)
    .default('holdfast')
    .describe('Database (2.x: the bucket mapped to that name) of the events; made at start where the server lets us'),
  INFLUXDB_USER: z.string().optional().describe('User of a 1.x server that asks for one, with INFLUXDB_PASSWORD'),
  INFLUXDB_PASSWORD: z.string().optional().describe('Password of INFLUXDB_USER'),
  INFLUXDB_TOKEN: z
    .string()
    .optional()
    .describe('Token of a 1.8, 2.x or 3.x server; used instead of user and password'),
  ANALYTICS_RETENTION_DAYS: count(180).describe('Days that events are kept in a database that we make'),
  ANALYTICS_STREAM_MAX: count(200_000, 1_000).describe(
    'Most events that wait in Redis for InfluxDB, some 400 bytes each; when it is full new ones are refused',
  ),
  ANALYTICS_CLAIM_SECONDS: seconds(30).describe('Idle time after which a dead worker’s events are another’s'),
  ANALYTICS_TRIES: count(5).describe('Tries of an event that InfluxDB refuses, before it becomes a dead letter'),

  RECOMMENDATIONS_MARGIN: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe(
      'By how much, relative to the served model, a new one may be worse in any figure and be published all the same',
    ),
  RECOMMENDATIONS_MEMORY_MB: count(1_024, 64).describe(
    'Most memory of JavaScript objects in a training process; its arrays of numbers come on top',
  ),

  TEMPORAL_ADDRESS: z.string().describe('host:port of the Temporal frontend'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace'),
  TEMPORAL_UI_URL: z.url().optional().describe('Address of the Temporal Web UI, for links to workflows'),
  TEMPORAL_UI_OPERATOR: flag(false).describe(
    'Whether the local stack’s Web UI offers reset, terminate, cancellation and bulk actions: for operators, not for the support desk',
  ),
  PAYLOAD_KEYS: payloadKeys.describe(
    'Keys for what Temporal stores, keyId:base64 of 32 bytes, comma-separated: the first encrypts, all decrypt',
  ),
  CODEC_REQUIRE_SIGN_IN: flag(true).describe('Whether only signed-in support staff may decode what Temporal stores'),
  CODEC_OIDC_ISSUER: z.url().optional().describe('OIDC issuer whose tokens the codec endpoint takes: the Web UI’s own'),
  CODEC_OIDC_AUDIENCE: z
    .string()
    .default('temporal-ui')
    .describe('Whom those tokens are made out to: the Web UI’s client id'),
  CODEC_OIDC_JWKS_URL: z.url().optional().describe('Address of the issuer’s keys; found through the issuer when unset'),
  CODEC_OIDC_ROLE_CLAIM: z
    .string()
    .default('groups')
    .describe('Claim that says who works for support; a.b looks into a'),
  CODEC_OIDC_ROLES: list('support,support_lead,admin').describe(
    'Values of that claim that may decode, comma-separated',
  ),
  TASK_QUEUES: list(TASK_QUEUES.join(','))
    .pipe(z.array(z.enum(TASK_QUEUES)).min(1))
    .describe('Task queues that this worker serves, comma-separated'),
  WORKER_BUNDLE: z.string().optional().describe('Path of a prebuilt workflow bundle; built at start when unset'),
  WORKER_SHUTDOWN_GRACE_SECONDS: seconds(10, 0).describe('Time that running activities get when a worker stops'),

  STRIPE_SECRET_KEY: z.string().min(1).describe('Secret key of the Stripe account (test mode while trying things out)'),
  STRIPE_PUBLISHABLE_KEY: z.string().min(1).describe('Publishable key handed to browsers'),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).describe('Signing secret of the webhook endpoint'),
  STRIPE_API_URL: z.url().optional().describe('Address of the local Stripe stand-in; unset means Stripe itself'),
  STRIPE_PUBLIC_URL: z.url().optional().describe('Address at which browsers reach the stand-in, when it differs'),
  PAYMENT_METHOD_TYPES: list('card')
    .pipe(
      z
        .array(
          z.enum(IMMEDIATE_PAYMENT_METHODS, {
            error: ({ input }) =>
              `"${input}" is not offered: it takes days to confirm, or is unknown. Use ${IMMEDIATE_PAYMENT_METHODS.join(', ')}`,
          }),
        )
        .min(1),
    )
    .describe('Payment methods offered, comma-separated Stripe types that confirm within minutes'),
  STRIPE_TIMEOUT_MS: count(10_000).describe('Longest wait for one answer from Stripe, in milliseconds'),

  JWT_SECRET: z.string().min(32).describe('Key that signs access tokens, at least 32 characters'),
  REFRESH_SECRET: z.string().min(32).describe('Key that signs refresh tokens, at least 32 characters'),
  ACCESS_TOKEN_SECONDS: seconds(900).describe('Life of an access token'),
  REFRESH_TOKEN_SECONDS: seconds(604_800).describe('Life of a refresh token'),

  SHOP_NAME: z.string().min(1).default('Holdfast').describe('Name of the shop in mails and in the storefront'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .describe(
      'smtp://user:password@host:port or smtps://…; to a host other than this one the password goes over TLS only, unless ?requireTLS=false is added',
    ),
  MAIL_FROM: z
    .string()
    .regex(/^(?:[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, 'use "Name <address>" or an address alone')
    .optional()
    .describe('Sender of the shop’s mails, "Name <address>"; SHOP_NAME and orders@ the storefront’s host when unset'),

  CURRENCY: z
    .string()
    .refine(isCurrency, 'is not a currency that Stripe charges')
    .default('usd')
    .describe('ISO 4217 code of the shop’s prices, lower case, such as usd'),
  RESERVATION_SECONDS: seconds(600).describe('How long stock is reserved for a shopper'),
  RESERVATION_GRACE_SECONDS: seconds(30, 0).describe(
    'Time that a reservation whose order is unpaid is kept past its deadline, without a payment at Stripe; also the first re-check with one',
  ),
  PAYMENT_SETTLE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(7_200)
    .describe(
      'Longest time past its deadline that a reservation keeps its stock while a payment of its order may be in flight, as during an outage of Stripe',
    ),
  RESERVATION_MAX_UNITS_PER_OWNER: count(100).describe('Most units that a signed-in shopper has reserved at a time'),
  RESERVATION_MAX_UNITS_PER_GUEST: count(20).describe('Most units that a guest has reserved at a time'),
  RESERVATION_MAX_OPEN_PER_ADDRESS: count(50).describe('Most open reservations of one client address (IPv6: one /64)'),
  RESERVATION_MAX_UNITS_PER_ADDRESS: count(300).describe(
    'Most units reserved at a time from one client address (IPv6: one /64)',
  ),

  REFUND_LIMIT_CUSTOMER_CENTS: count(10_000, 0).describe(
    'Most that a shopper gets back of one order, before it ships, without a second person; minor units of the order’s currency, which are nowhere worth much more than a cent',
  ),
  REFUND_LIMIT_SUPPORT_CENTS: count(10_000, 0).describe(
    'Most that support, or anybody at the Temporal UI, refunds of one order without a second person; minor units',
  ),
  REFUND_LIMIT_LEAD_CENTS: count(100_000, 0).describe(
    'Most that a support lead refunds of one order without a second person; minor units',
  ),
  RETURN_DAYS: count(30).describe('Days after the delivery in which an order’s workflow stays open for refunds'),

  AUDIT_DAYS: count(14).describe(
    'How many days back the audit reads payments at Stripe; npm run audit -- --all reads all of them',
  ),

  RATE_LIMIT_ENABLED: flag(true).describe('Whether requests are limited per client address'),
  RATE_LIMIT_CATALOG: count(3000).describe('Cached catalog reads per window and address'),
  RATE_LIMIT_CATALOG_SECONDS: seconds(900),
  RATE_LIMIT_API: count(100).describe('Other API calls per window and address'),
  RATE_LIMIT_API_SECONDS: seconds(900),
  RATE_LIMIT_AUTH: count(5).describe('Failed sign-ins and registrations per window and address'),
  RATE_LIMIT_AUTH_SECONDS: seconds(900),
  RATE_LIMIT_PAYMENT: count(10).describe('Checkouts begun per window and address'),
  RATE_LIMIT_PAYMENT_SECONDS: seconds(3600),
  RATE_LIMIT_EVENTS: count(1_000).describe('Batches of analytics events per window and address'),
  RATE_LIMIT_EVENTS_SECONDS: seconds(900),
  RATE_LIMIT_CODEC: count(20_000).describe('Calls of the codec endpoint per window and address'),
  RATE_LIMIT_CODEC_SECONDS: seconds(900),

  CACHE_PRODUCT_SECONDS: seconds(3600).describe('Life of cached products and lists in Redis'),
  CACHE_CATEGORY_SECONDS: seconds(7200).describe('Life of cached categories in Redis'),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Raised when settings are missing or malformed; the message lists every problem. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/**
 * Reads the settings.
 * @param environment usually `process.env`
 * @throws SettingsError naming every setting that is wrong
 */
export function readSettings(environment: Record<string, string | undefined> = process.env): Settings {
  return parse(settingsSchema, environment);
}

/** Reads only the named settings, for programs that need few. @throws SettingsError as `readSettings` */
export function readSome<Key extends keyof Settings>(
  keys: readonly Key[],
  environment: Record<string, string | undefined> = process.env,
): Pick<Settings, Key> {
  const mask = Object.fromEntries(keys.map((key) => [key, true])) as Partial<Record<keyof Settings, true>>;
  return parse(settingsSchema.pick(mask) as unknown as z.ZodType<Pick<Settings, Key>>, environment);
}

function parse<Result>(schema: z.ZodType<Result>, environment: Record<string, string | undefined>): Result {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const described = settingsSchema.shape[name as keyof Settings]?.description;
    return `  ${name}: ${issue.message}${described ? ` (${described})` : ''}`;
  });
  throw new SettingsError(`These settings need attention:\n${problems.join('\n')}`);
}
