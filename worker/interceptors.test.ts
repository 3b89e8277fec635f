import { errors } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import pg from 'pg';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../domain/errors.ts';
import { createLogger } from '../infra/logger.ts';
import { activityInterceptor } from './interceptors.ts';

const ADDRESS = 'ada@example.test';

/** The unencrypted part of what Temporal writes to a history when an activity throws this error. */
async function written(error: unknown): Promise<string> {
  const interceptor = activityInterceptor(createLogger('test', 'silent'))({ info: {} } as never);
  const failure = await interceptor.inbound!.execute!({} as never, () => Promise.reject(error)).catch(
    (thrown) => thrown,
  );
  const lines: string[] = [];
  for (let at: unknown = failure; at instanceof Error; at = at.cause)
    lines.push(at instanceof ApplicationFailure ? `${at.type}: ` : '', at.message, at.stack ?? '');
  return lines.join('\n');
}

function databaseError(): pg.DatabaseError {
  const error = new pg.DatabaseError(`invalid input syntax for type uuid: "${ADDRESS}"`, 0, 'error');
  return Object.assign(error, { code: '22P02', detail: `Key (email)=(${ADDRESS}) already exists.` });
}

describe('failures in a history', () => {
  it('say what happened and do not quote input', async () => {
    const stripe = new Stripe.errors.StripeInvalidRequestError({
      message: `No such customer: ${ADDRESS}`,
      type: 'invalid_request_error',
      code: 'resource_missing',
    });
    const ours = (cause: unknown) => new DomainError('conflict', 'The order is closed already.', { cause });
    for (const error of [databaseError(), stripe, ours(databaseError()), ours(stripe)])
      expect(await written(error)).not.toContain(ADDRESS);
    expect(await written(databaseError())).toContain('PostgreSQL: 22P02');
    expect(await written(stripe)).toContain('resource_missing');
    expect(await written(ours(undefined))).toContain('conflict: \nThe order is closed already.');
  });

  it('say that Stripe or Elasticsearch can’t be reached, without quoting their messages', async () => {
    const away = new Stripe.errors.StripeConnectionError({ message: ADDRESS, type: 'api_error' } as never);
    const broken = new Stripe.errors.StripeAPIError({ message: ADDRESS, type: 'api_error', statusCode: 503 } as never);
    for (const error of [away, broken]) expect(await written(error)).toMatch(/\nStripe can’t be reached \(\w+\)\./);
    expect(await written(new errors.ConnectionError(ADDRESS))).toContain(
      'Elasticsearch can’t be reached (ConnectionError).',
    );
    const rejected = new errors.ResponseError({ statusCode: 400, body: { error: ADDRESS } } as never);
    expect(await written(rejected)).toContain('Elasticsearch: 400');
    for (const error of [away, broken, rejected, new errors.ConnectionError(ADDRESS)])
      expect(await written(error)).not.toContain(ADDRESS);
  });

  it('report an unavailable store with the code of a 503, so that the client sends the request again', async () => {
    const unavailable = Object.assign(new Error(`connect ECONNREFUSED ${ADDRESS}`), { code: 'ECONNREFUSED' });
    const ended = Object.assign(databaseError(), { code: '57P01' });
    for (const error of [unavailable, ended]) {
      expect(await written(error)).toMatch(/^unavailable: \nPostgreSQL or Redis is unavailable/);
      expect(await written(error)).not.toContain(ADDRESS);
    }
    const stripe = new Stripe.errors.StripeConnectionError({
      message: 'x',
      type: 'api_error',
      detail: unavailable,
    } as never);
    expect(await written(stripe)).not.toContain('unavailable');
  });
});
