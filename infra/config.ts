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
    .describe('Minimum log level'),

  API_HOST: z.string().default('127.0.0.1').describe('Address on which the API listens'),
  API_PORT: count(3001, 0).describe('Port of the API; 0 picks a free one'),
  API_METRICS_PORT: count(0, 0).describe('Port of the API process’s Prometheus metrics; 0 turns them off'),
  WORKER_METRICS_PORT: count(0, 0).describe('Port of the worker process’s Prometheus metrics; 0 turns them off'),
  STOREFRONT_URL: z
    .url()
    .default('http://127.0.0.1:3000')
    .describe('Public origin of the storefront, for CORS and links'),
  TRUSTED_PROXIES: list('127.0.0.1,::1').describe(
    'Addresses of proxies whose X-Forwarded-For is trusted, comma-separated',
  ),

  POSTGRES_URL: z.url().describe('postgres://user:password@host:port/database'),
  POSTGRES_POOL_MAX: count(10).describe('Maximum PostgreSQL connections per process'),
  POSTGRES_TIMEOUT_MS: count(10_000, 100).describe(
    'Maximum wait of the API for a PostgreSQL connection or statement, in milliseconds; then it responds 503',
  ),
  REDIS_URL: z.url().describe('redis://host:port/database'),
  REDIS_TIMEOUT_MS: count(1_000, 10).describe(
    'Maximum wait for a Redis command, in milliseconds; then Redis is considered unavailable until it answers a PING',
  ),
  ELASTICSEARCH_URL: z.url().describe('URL of Elasticsearch'),
  ELASTICSEARCH_INDEX: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*$/)
    .default('products')
    .describe('Alias of the product index'),

  INFLUXDB_URL: z.url().describe('URL of the InfluxDB server for analytics events (1.x write API)'),
  INFLUXDB_DATABASE: z
    .string()
    .regex(/^[\w-]+$/)
    .default('holdfast')
    .describe(
      'Database for analytics events (2.x: the bucket mapped to that name); created at startup if the server allows it',
    ),
  INFLUXDB_USER: z
    .string()
    .optional()
    .describe('User for a 1.x server with authentication; requires INFLUXDB_PASSWORD'),
  INFLUXDB_PASSWORD: z.string().optional().describe('Password of INFLUXDB_USER'),
  INFLUXDB_TOKEN: z
    .string()
    .optional()
    .describe('Token for a 1.8, 2.x, or 3.x server; used instead of user and password'),
  ANALYTICS_RETENTION_DAYS: count(180).describe(
    'Days that analytics events are kept, if the database is created at startup',
  ),
  ANALYTICS_STREAM_MAX: count(200_000, 1_000).describe(
    'Maximum number of events queued in Redis for InfluxDB, about 400 bytes each; further events are rejected',
  ),
  ANALYTICS_CLAIM_SECONDS: seconds(30).describe(
    'Idle time after which another worker claims the events of a stopped worker',
  ),
  ANALYTICS_TRIES: count(5).describe(
    'Attempts to write an event that InfluxDB rejects before it becomes a dead letter',
  ),

  RECOMMENDATIONS_MARGIN: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Relative loss in any score, compared with the served model, up to which a new model is still published'),
  RECOMMENDATIONS_MEMORY_MB: count(1_024, 64).describe(
    'Maximum JavaScript heap of a training process, in MB; numeric arrays are additional',
  ),

  TEMPORAL_ADDRESS: z.string().describe('host:port of the Temporal frontend'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace'),
  TEMPORAL_UI_URL: z.url().optional().describe('URL of the Temporal Web UI, for links to workflows'),
  TEMPORAL_UI_OPERATOR: flag(false).describe(
    'Whether the local stack’s Web UI enables reset, terminate, cancel, and bulk actions, which are for operators and not for support staff',
  ),
  PAYLOAD_KEYS: payloadKeys.describe(
    'Keys for Temporal payloads, keyId:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt',
  ),
  CODEC_REQUIRE_SIGN_IN: flag(true).describe('Whether only signed-in support staff can decode Temporal payloads'),
  CODEC_OIDC_ISSUER: z.url().optional().describe('OIDC issuer of the Web UI, whose tokens the codec endpoint accepts'),
  CODEC_OIDC_AUDIENCE: z.string().default('temporal-ui').describe('Audience of those tokens: the Web UI’s client ID'),
  CODEC_OIDC_JWKS_URL: z.url().optional().describe('URL of the issuer’s keys; default: discovered from the issuer'),
  CODEC_OIDC_ROLE_CLAIM: z
    .string()
    .default('groups')
    .describe('Claim that contains the support roles; a.b reads b inside a'),
  CODEC_OIDC_ROLES: list('support,support_lead,admin').describe(
    'Values of that claim that are allowed to decode, comma-separated',
  ),
  TASK_QUEUES: list(TASK_QUEUES.join(','))
    .pipe(z.array(z.enum(TASK_QUEUES)).min(1))
    .describe('Task queues that this worker serves, comma-separated'),
  WORKER_BUNDLE: z.string().optional().describe('Path of a prebuilt workflow bundle; default: built at startup'),
  WORKER_SHUTDOWN_GRACE_SECONDS: seconds(10, 0).describe(
    'Seconds that running activities have to finish when a worker stops',
  ),

  STRIPE_SECRET_KEY: z.string().min(1).describe('Secret key of the Stripe account (use a test mode key for testing)'),
  STRIPE_PUBLISHABLE_KEY: z.string().min(1).describe('Publishable key for browsers'),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).describe('Signing secret of the webhook endpoint'),
  STRIPE_API_URL: z.url().optional().describe('URL of the local Stripe stand-in; default: Stripe itself'),
  STRIPE_PUBLIC_URL: z.url().optional().describe('URL of the stand-in for browsers, if it differs'),
  PAYMENT_METHOD_TYPES: list('card')
    .pipe(
      z
        .array(
          z.enum(IMMEDIATE_PAYMENT_METHODS, {
            error: ({ input }) =>
              `"${input}" is not supported: it is unknown or takes days to confirm. Use ${IMMEDIATE_PAYMENT_METHODS.join(', ')}`,
          }),
        )
        .min(1),
    )
    .describe('Payment methods offered: comma-separated Stripe types that confirm within minutes'),
  STRIPE_TIMEOUT_MS: count(10_000).describe('Maximum wait for a response from Stripe, in milliseconds'),

  JWT_SECRET: z.string().min(32).describe('Key that signs access tokens, at least 32 characters'),
  REFRESH_SECRET: z.string().min(32).describe('Key that signs refresh tokens, at least 32 characters'),
  ACCESS_TOKEN_SECONDS: seconds(900).describe('Lifetime of an access token, in seconds'),
  REFRESH_TOKEN_SECONDS: seconds(604_800).describe('Lifetime of a refresh token, in seconds'),

  SHOP_NAME: z.string().min(1).default('Holdfast').describe('Name of the shop in emails and in the storefront'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .describe(
      'smtp://user:password@host:port or smtps://…; a password is sent to another host only over TLS, unless ?requireTLS=false is added',
    ),
  MAIL_FROM: z
    .string()
    .regex(/^(?:[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, 'use "Name <address>" or only an address')
    .optional()
    .describe('Sender of emails, "Name <address>"; default: SHOP_NAME and orders@ the storefront’s host'),

  CURRENCY: z
    .string()
    .refine(isCurrency, 'is not a currency that Stripe supports')
    .default('usd')
    .describe('Currency of the shop’s prices as a lowercase ISO 4217 code, such as usd'),
  RESERVATION_SECONDS: seconds(600).describe('Lifetime of a reservation, in seconds'),
  RESERVATION_GRACE_SECONDS: seconds(30, 0).describe(
    'Seconds that an unpaid order’s reservation is kept past its deadline if it has no payment at Stripe; with a payment, the delay before the first check',
  ),
  PAYMENT_SETTLE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(7_200)
    .describe(
      'Maximum seconds that a reservation is kept past its deadline while a payment may be in progress, such as during a Stripe outage',
    ),
  RESERVATION_MAX_UNITS_PER_OWNER: count(100).describe('Maximum units that a signed-in customer can reserve at a time'),
  RESERVATION_MAX_UNITS_PER_GUEST: count(20).describe('Maximum units that a guest can reserve at a time'),
  RESERVATION_MAX_OPEN_PER_ADDRESS: count(50).describe('Maximum open reservations per client address (IPv6: per /64)'),
  RESERVATION_MAX_UNITS_PER_ADDRESS: count(300).describe(
    'Maximum units reserved at a time per client address (IPv6: per /64)',
  ),

  REFUND_LIMIT_CUSTOMER_CENTS: count(10_000, 0).describe(
    'Maximum that a customer can refund per order before it ships without approval, in minor units of the order’s currency',
  ),
  REFUND_LIMIT_SUPPORT_CENTS: count(10_000, 0).describe(
    'Maximum that support, or anyone in the Temporal UI, can refund per order without approval, in minor units',
  ),
  REFUND_LIMIT_LEAD_CENTS: count(100_000, 0).describe(
    'Maximum that a support lead can refund per order without approval, in minor units',
  ),
  RETURN_DAYS: count(30).describe(
    'Days after delivery during which returns are accepted and the order workflow stays open',
  ),

  AUDIT_DAYS: count(14).describe(
    'Days of Stripe payments that the audit reads; npm run audit -- --all reads all payments',
  ),

  RATE_LIMIT_ENABLED: flag(true).describe('Whether requests are rate-limited per client address'),
  RATE_LIMIT_CATALOG: count(3000).describe('Cached catalog reads per window and address'),
  RATE_LIMIT_CATALOG_SECONDS: seconds(900),
  RATE_LIMIT_API: count(100).describe('Other API calls per window and address'),
  RATE_LIMIT_API_SECONDS: seconds(900),
  RATE_LIMIT_AUTH: count(5).describe('Failed sign-ins and registrations per window and address'),
  RATE_LIMIT_AUTH_SECONDS: seconds(900),
  RATE_LIMIT_PAYMENT: count(10).describe('Checkouts started per window and address'),
  RATE_LIMIT_PAYMENT_SECONDS: seconds(3600),
  RATE_LIMIT_EVENTS: count(1_000).describe('Batches of analytics events per window and address'),
  RATE_LIMIT_EVENTS_SECONDS: seconds(900),
  RATE_LIMIT_CODEC: count(20_000).describe('Calls of the codec endpoint per window and address'),
  RATE_LIMIT_CODEC_SECONDS: seconds(900),

  CACHE_PRODUCT_SECONDS: seconds(3600).describe('Lifetime of cached products and lists in Redis, in seconds'),
  CACHE_CATEGORY_SECONDS: seconds(7200).describe('Lifetime of cached categories in Redis, in seconds'),
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
  throw new SettingsError(`Invalid settings:\n${problems.join('\n')}`);
}
