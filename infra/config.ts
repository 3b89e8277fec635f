/** The schema of all settings, and the only reader of the environment. Parsing them at startup reports all problems at once. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { isCurrency } from '../domain/currencies.ts';
import { IMMEDIATE_PAYMENT_METHODS } from '../domain/payment.ts';
import { TASK_QUEUES } from '../domain/workflow-types.ts';
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

function isAddressOrRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

const payloadKeys = z.string().transform((text, context) => {
  try {
    return parsePayloadKeys(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

export const settingsSchema = z.object({
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('Minimum level that is logged'),

  API_HOST: z.string().default('127.0.0.1').describe('Address that the API listens on'),
  API_PORT: count(3001, 0).describe('Port of the API; 0 picks a free one'),
  API_REQUEST_MS: count(30_000, 100).describe(
    'How long a client may take to send a request, in milliseconds; the longest accepted bodies have 1 MiB',
  ),
  API_METRICS_PORT: count(0, 0).describe('Port of the API process’s Prometheus metrics; 0 turns them off'),
  WORKER_METRICS_PORT: count(0, 0).describe('Port of the worker process’s Prometheus metrics; 0 turns them off'),
  STOREFRONT_URL: z
    .url()
    .default('http://127.0.0.1:3000')
    .describe('Public origin of the storefront, for CORS and links'),
  TRUSTED_PROXIES: list('127.0.0.1,::1')
    .pipe(
      z.array(z.string().refine(isAddressOrRange, 'use addresses and ranges such as 10.0.0.7, 10.0.0.0/8, fd00::/8')),
    )
    .describe('Proxies whose X-Forwarded-For header is trusted, comma-separated addresses and CIDR ranges'),

  POSTGRES_URL: z.url().describe('Address of PostgreSQL: postgres://user:password@host:port/database'),
  POSTGRES_POOL_MAX: count(10).describe('Maximum number of connections per process'),
  POSTGRES_TIMEOUT_MS: count(10_000, 100).describe(
    'How long the API waits for a PostgreSQL connection or statement, in milliseconds, before it responds with 503',
  ),
  REDIS_URL: z.url().describe('Address of Redis: redis://host:port/database'),
  REDIS_TIMEOUT_MS: count(1_000, 10).describe(
    'How long a Redis command may take, in milliseconds. After that, Redis counts as unavailable until it answers a PING',
  ),
  ELASTICSEARCH_URL: z.url().describe('Address of Elasticsearch'),
  ELASTICSEARCH_INDEX: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*$/)
    .default('products')
    .describe('Alias of the product index'),

  INFLUXDB_URL: z.url().describe('Address of the InfluxDB server that stores analytics events, through its 1.x API'),
  INFLUXDB_DATABASE: z
    .string()
    .regex(/^[\w-]+$/)
    .default('holdfast')
    .describe(
      'Database for analytics events (in 2.x, the bucket mapped to that name). Created at startup where the server allows it',
    ),
  INFLUXDB_USER: z
    .string()
    .optional()
    .describe('User of a 1.x server that requires one, together with INFLUXDB_PASSWORD'),
  INFLUXDB_PASSWORD: z.string().optional().describe('Password of INFLUXDB_USER'),
  INFLUXDB_TOKEN: z.string().optional().describe('Token for a 1.8, 2.x, or 3.x server, instead of a user and password'),
  ANALYTICS_RETENTION_DAYS: count(180).describe('Days that events are kept, in a database that the worker created'),
  ANALYTICS_STREAM_MAX: count(200_000, 1_000).describe(
    'Maximum number of events that wait in Redis for InfluxDB, about 400 bytes each. When it is reached, new events are rejected',
  ),
  ANALYTICS_CLAIM_SECONDS: seconds(30).describe(
    'Idle time, in seconds, after which another worker takes over the events of a worker that died',
  ),
  ANALYTICS_TRIES: count(5).describe(
    'Attempts to write an event that InfluxDB rejects, before it becomes a dead letter',
  ),

  RECOMMENDATIONS_MARGIN: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('How much worse than the served model a new model may score and still be published, as a fraction'),
  RECOMMENDATIONS_MEMORY_MB: count(1_024, 64).describe(
    'Maximum JavaScript heap of a training process, in megabytes, without its numeric arrays',
  ),

  TEMPORAL_ADDRESS: z.string().describe('Address of the Temporal frontend: host:port'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace'),
  TEMPORAL_UI_URL: z.url().optional().describe('URL of the Temporal Web UI, for links to workflows'),
  TEMPORAL_UI_OPERATOR: flag(false).describe(
    'Whether the local stack’s Temporal Web UI offers reset, terminate, cancel, and batch actions; for operators, not for support',
  ),
  PAYLOAD_KEYS: payloadKeys.describe(
    'Keys that encrypt what Temporal stores, comma-separated keyId:base64 of 32 bytes. The first key encrypts, every key decrypts',
  ),
  EMAIL_HASH_KEY: z
    .string()
    .min(32)
    .describe(
      'Key of the hashes by which support finds orders by email address; at least 32 characters. After a change, older cases are not found by address until they change',
    ),
  CODEC_REQUIRE_SIGN_IN: flag(true).describe('Whether only signed-in support staff may decrypt what Temporal stores'),
  CODEC_OIDC_ISSUER: z
    .url()
    .optional()
    .describe('OIDC issuer whose tokens the codec endpoint accepts: the issuer that the Temporal Web UI uses'),
  CODEC_OIDC_AUDIENCE: z
    .string()
    .default('temporal-ui')
    .describe('Audience of those tokens: the client ID of the Temporal Web UI'),
  CODEC_OIDC_JWKS_URL: z
    .url()
    .optional()
    .describe('Address of the issuer’s signing keys; discovered from the issuer when unset'),
  CODEC_OIDC_ROLE_CLAIM: z
    .string()
    .default('groups')
    .describe('Claim with the roles of the signed-in person; a.b reads the field b of the object a'),
  CODEC_OIDC_ROLES: list('support,support_lead,admin').describe(
    'Values of that claim that may decrypt, comma-separated',
  ),
  TASK_QUEUES: list(TASK_QUEUES.join(','))
    .pipe(z.array(z.enum(TASK_QUEUES)).min(1))
    .describe('Task queues that this worker serves, comma-separated'),
  WORKER_BUNDLE: z.string().optional().describe('Path of a prebuilt workflow bundle; built at start when unset'),
  WORKER_SHUTDOWN_GRACE_SECONDS: seconds(10, 0).describe(
    'Seconds that running activities get to finish when a worker stops',
  ),

  STRIPE_SECRET_KEY: z
    .string()
    .min(1)
    .describe('Secret key of the Stripe account; use a test mode key for development'),
  STRIPE_PUBLISHABLE_KEY: z.string().min(1).describe('Publishable key of the Stripe account, for browsers'),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).describe('Signing secret of the Stripe webhook endpoint'),
  STRIPE_API_URL: z
    .url()
    .optional()
    .describe('Address of the local Stripe stand-in; when unset, Stripe itself is used'),
  STRIPE_PUBLIC_URL: z.url().optional().describe('Address of the stand-in for browsers, when it differs'),
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
    .describe(
      'Payment methods to offer, comma-separated Stripe types. Only types that confirm within minutes are accepted',
    ),
  STRIPE_TIMEOUT_MS: count(10_000).describe('How long one request to Stripe may take, in milliseconds'),

  JWT_SECRET: z.string().min(32).describe('Key that signs access tokens; at least 32 characters'),
  REFRESH_SECRET: z.string().min(32).describe('Key that signs refresh tokens; at least 32 characters'),
  ACCESS_TOKEN_SECONDS: seconds(900).describe('Lifetime of an access token, in seconds'),
  REFRESH_TOKEN_SECONDS: seconds(604_800).describe('Lifetime of a refresh token, in seconds'),

  SHOP_NAME: z.string().min(1).default('Holdfast').describe('Name of the shop in emails and in the storefront'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .describe(
      'Mail server: smtp://user:password@host:port or smtps://…. A password is sent to another host over TLS only, unless ?requireTLS=false is added',
    ),
  MAIL_FROM: z
    .string()
    .regex(/^(?:[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, 'use "Name <address>" or only an address')
    .optional()
    .describe(
      'Sender of the shop’s emails: "Name <address>". When unset: SHOP_NAME, and orders@ the storefront’s host',
    ),
  SUPPORT_EMAIL: z
    .email()
    .optional()
    .describe(
      'Address of the support team, which gets an email when a chargeback needs a response. When unset: no such emails',
    ),

  CURRENCY: z
    .string()
    .refine(isCurrency, 'is not a currency that Stripe supports')
    .default('usd')
    .describe('ISO 4217 code of the shop’s prices, lower case, such as usd'),
  RESERVATION_SECONDS: seconds(600).describe('Seconds that stock is reserved for a shopper'),
  RESERVATION_GRACE_SECONDS: seconds(30, 0).describe(
    'Seconds past its deadline that a reservation with an unpaid order is kept. With a PaymentIntent, the time until its first re-check',
  ),
  PAYMENT_SETTLE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(7_200)
    .describe(
      'Maximum seconds past its deadline that a reservation keeps its stock while a payment may be in progress, for example during a Stripe outage',
    ),
  RESERVATION_MAX_UNITS_PER_OWNER: count(100).describe(
    'Maximum units that a signed-in shopper may have reserved at a time',
  ),
  RESERVATION_MAX_UNITS_PER_GUEST: count(20).describe('Maximum units that a guest may have reserved at a time'),
  RESERVATION_MAX_OPEN_PER_ADDRESS: count(50).describe('Maximum open reservations per client address (IPv6: per /64)'),
  RESERVATION_MAX_UNITS_PER_ADDRESS: count(300).describe(
    'Maximum units reserved at a time per client address (IPv6: per /64)',
  ),

  REFUND_LIMIT_CUSTOMER_CENTS: count(10_000, 0).describe(
    'Maximum refund per order that a shopper can request before it ships without approval, in minor units of the order’s currency',
  ),
  REFUND_LIMIT_SUPPORT_CENTS: count(10_000, 0).describe(
    'Maximum refund per order that support, or anyone in the Temporal UI, can make without approval, in minor units',
  ),
  REFUND_LIMIT_LEAD_CENTS: count(100_000, 0).describe(
    'Maximum refund per order that a support lead can make without approval, in minor units',
  ),
  RETURN_DAYS: count(30).describe('Days after delivery in which returns are accepted'),

  AUDIT_DAYS: count(14).describe(
    'How many days of Stripe payments the audit reads; npm run audit -- --all reads all of them',
  ),

  RATE_LIMIT_ENABLED: flag(true).describe('Whether requests are rate-limited'),
  RATE_LIMIT_CATALOG: count(3000).describe('Catalog reads per client address and window'),
  RATE_LIMIT_CATALOG_SECONDS: seconds(900).describe('Window of RATE_LIMIT_CATALOG, in seconds'),
  RATE_LIMIT_READS: count(6000).describe(
    'Reads of one’s own cart, orders, reservations, and account per client address and window',
  ),
  RATE_LIMIT_READS_SECONDS: seconds(900).describe('Window of RATE_LIMIT_READS, in seconds'),
  RATE_LIMIT_API: count(100).describe(
    'Other API requests per shopper and window. A shopper is an account, a guest’s cart, or else a client address',
  ),
  RATE_LIMIT_API_PER_ADDRESS: count(3000).describe('The same for all shoppers with one client address'),
  RATE_LIMIT_API_SECONDS: seconds(900).describe('Window of the two limits above, in seconds'),
  RATE_LIMIT_AUTH: count(5).describe('Failed sign-ins per account, client address, and window'),
  RATE_LIMIT_AUTH_PER_ADDRESS: count(50).describe('Failed sign-ins to any account per client address and window'),
  RATE_LIMIT_AUTH_PER_ACCOUNT: count(20).describe(
    'Failed sign-ins to an account and window from all client addresses that have not signed in to it in the past 30 days',
  ),
  RATE_LIMIT_AUTH_SECONDS: seconds(900).describe('Window of the three limits above, in seconds'),
  RATE_LIMIT_PAYMENT: count(10).describe('Checkouts per shopper and window'),
  RATE_LIMIT_PAYMENT_PER_ADDRESS: count(100).describe('Checkouts per client address and window'),
  RATE_LIMIT_PAYMENT_SECONDS: seconds(3600).describe('Window of the two limits above, in seconds'),
  RATE_LIMIT_EVENTS: count(1_000).describe('Batches of analytics events per client address and window'),
  RATE_LIMIT_EVENTS_SECONDS: seconds(900).describe('Window of RATE_LIMIT_EVENTS, in seconds'),
  RATE_LIMIT_PICTURES: count(20_000).describe('Drawn pictures per client address and window'),
  RATE_LIMIT_PICTURES_SECONDS: seconds(900).describe('Window of RATE_LIMIT_PICTURES, in seconds'),
  RATE_LIMIT_WEBHOOKS: count(100_000).describe('Webhooks per client address and window'),
  RATE_LIMIT_WEBHOOKS_SECONDS: seconds(900).describe('Window of RATE_LIMIT_WEBHOOKS, in seconds'),
  ORDER_STREAMS_MAX: count(20).describe('Open event streams of one order per API process'),
  ORDER_STREAMS_PER_ADDRESS_MAX: count(500).describe('Open event streams of one client address per API process'),
  RATE_LIMIT_SUPPORT: count(600).describe('Openings of the support lists and searches per client address and window'),
  RATE_LIMIT_SUPPORT_SECONDS: seconds(900).describe('Window of RATE_LIMIT_SUPPORT, in seconds'),
  RATE_LIMIT_CODEC: count(20_000).describe('Requests to the codec endpoint per client address and window'),
  RATE_LIMIT_CODEC_SECONDS: seconds(900).describe('Window of RATE_LIMIT_CODEC, in seconds'),

  CACHE_PRODUCT_SECONDS: seconds(3600).describe('Seconds that products and lists are cached in Redis'),
  CACHE_CATEGORY_SECONDS: seconds(7200).describe('Seconds that categories are cached in Redis'),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Raised when settings are missing or malformed; the message lists every problem. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/**
 * Reads the settings.
 * @param environment usually `process.env`
 * @throws SettingsError that lists every invalid setting
 */
export function readSettings(environment: Record<string, string | undefined> = process.env): Settings {
  return parse(settingsSchema, environment);
}

/** Reads only the given settings, for programs that need few. @throws SettingsError like `readSettings` */
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
