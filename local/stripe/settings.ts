/** The stand-in's settings. It is a separate program, so it reads its own environment. */
import { z } from 'zod';

const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );

/** Webhook event types that the shop subscribes to. */
export const DEFAULT_WEBHOOK_EVENTS = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'charge.refunded',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'charge.dispute.closed',
] as const;

/** The maximum of Node's timers (2^31 - 1 ms, about 24 days). */
const MAX_TIMER_MS = 2_147_483_647;

const schema = z
  .object({
    STANDIN_HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
    STANDIN_PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('Port; 0 picks a free one'),
    STANDIN_PUBLIC_URL: z.url().optional().describe('URL for browsers, if it differs'),
    STANDIN_DATA_DIR: z.string().min(1).describe('Folder of the database'),
    STANDIN_SECRET_KEY: z.string().min(8).describe('Accepted secret key'),
    STANDIN_PUBLISHABLE_KEY: z.string().min(8).describe('Accepted publishable key'),
    STANDIN_WEBHOOK_URL: z.url().optional().describe('URL to which events are delivered; unset delivers none'),
    STANDIN_WEBHOOK_SECRET: z
      .string()
      .min(1)
      .optional()
      .describe('Secret that signs deliveries; required with STANDIN_WEBHOOK_URL'),
    STANDIN_WEBHOOK_EVENTS: list(DEFAULT_WEBHOOK_EVENTS.join(',')).describe(
      'Event types to deliver, comma-separated, or *',
    ),
    STANDIN_WEBHOOK_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(32).describe('Concurrent deliveries'),
    STANDIN_WEBHOOK_RETRY_MS: z.coerce
      .number()
      .int()
      .min(1)
      .default(250)
      .describe('Delay before the first retry; doubles with each retry'),
    STANDIN_WEBHOOK_TIMEOUT_MS: z.coerce.number().int().min(1).default(10_000).describe('Maximum wait for a response'),
    STANDIN_RETURN_ORIGINS: list('').describe('Allowed origins of return_url, comma-separated; empty allows any'),
    STANDIN_ASYNC_MS: z.coerce.number().int().min(0).default(2000).describe('Delay of asynchronous outcomes'),
    STANDIN_EVIDENCE_MS: z.coerce
      .number()
      .int()
      .min(0)
      .max(MAX_TIMER_MS)
      .default(8 * 24 * 3600_000)
      .describe('Time until a dispute without evidence is lost'),
  })
  .refine((settings) => !settings.STANDIN_WEBHOOK_URL || settings.STANDIN_WEBHOOK_SECRET, {
    path: ['STANDIN_WEBHOOK_SECRET'],
    message: 'set it together with STANDIN_WEBHOOK_URL',
  });

export interface StandinSettings {
  host: string;
  port: number;
  publicUrl: string | undefined;
  dataDir: string;
  secretKey: string;
  publishableKey: string;
  webhookUrl: string | undefined;
  webhookSecret: string;
  webhookEvents: ReadonlySet<string>;
  webhookConcurrency: number;
  webhookRetryMs: number;
  webhookTimeoutMs: number;
  returnOrigins: readonly string[];
  asyncOutcomeMs: number;
  evidenceMs: number;
}

/** @throws Error that lists every invalid setting */
export function readStandinSettings(environment: Record<string, string | undefined>): StandinSettings {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name.startsWith('STANDIN_') && value),
  );
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`Invalid settings of the Stripe stand-in:\n${problems.join('\n')}`);
  }
  const values = parsed.data;
  return {
    host: values.STANDIN_HOST,
    port: values.STANDIN_PORT,
    publicUrl: values.STANDIN_PUBLIC_URL?.replace(/\/$/, ''),
    dataDir: values.STANDIN_DATA_DIR,
    secretKey: values.STANDIN_SECRET_KEY,
    publishableKey: values.STANDIN_PUBLISHABLE_KEY,
    webhookUrl: values.STANDIN_WEBHOOK_URL,
    webhookSecret: values.STANDIN_WEBHOOK_SECRET ?? '',
    webhookEvents: new Set(values.STANDIN_WEBHOOK_EVENTS),
    webhookConcurrency: values.STANDIN_WEBHOOK_CONCURRENCY,
    webhookRetryMs: values.STANDIN_WEBHOOK_RETRY_MS,
    webhookTimeoutMs: values.STANDIN_WEBHOOK_TIMEOUT_MS,
    returnOrigins: values.STANDIN_RETURN_ORIGINS,
    asyncOutcomeMs: values.STANDIN_ASYNC_MS,
    evidenceMs: values.STANDIN_EVIDENCE_MS,
  };
}
