/** Distinguishes an unavailable or hanging store from a bug: the former is retried and is not reported as a bug. */

/** SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POSTGRES_AWAY = new Set([
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '57014', // query_canceled: statement_timeout
  '53300', // too_many_connections
  '25P03', // idle_in_transaction_session_timeout
]);
const CONNECTION_EXCEPTION = /^08[0-9A-Z]{3}$/;
const NETWORK_AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** Errors without a code, from pg, its pool, and ioredis. */
const AWAY_MESSAGES = [
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Connection terminated',
  'Client has encountered a connection error and is not queryable',
  'Command timed out',
  'Connection is closed.',
];
const AWAY_NAMES = new Set(['RedisAwayError', 'MaxRetriesPerRequestError']);
/** Limit for following nested errors. */
const MAX_DEPTH = 5;

/** What a client reads when a store is unavailable. */
export const STORE_UNAVAILABLE = 'The service is temporarily unavailable. Try again in a moment.';

/** Whether PostgreSQL or Redis was unavailable, closed the connection, or timed out. */
export function isStoreUnavailable(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return false;
  const { code } = error as { code?: unknown };
  if (
    typeof code === 'string' &&
    (POSTGRES_AWAY.has(code) || NETWORK_AWAY.has(code) || CONNECTION_EXCEPTION.test(code))
  )
    return true;
  if (AWAY_NAMES.has(error.name) || AWAY_MESSAGES.some((message) => error.message.startsWith(message))) return true;
  const inner = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...inner].some((each) => isStoreUnavailable(each, depth + 1));
}
