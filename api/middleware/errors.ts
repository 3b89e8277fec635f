import type { Middleware } from 'koa';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ApiState } from '../context.ts';
import type { Problem } from '../contracts/common.ts';
import { PROBLEMS } from '../problems.ts';

/** Answers every error as problem+json; one that nobody foresaw is a 500 with the request's id and nothing else. */
export function errors(log: Logger): Middleware<ApiState> {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined)
        throw new DomainError('not_found', 'There is nothing at this address.');
    } catch (error) {
      const known = toDomainError(error);
      if (!known)
        log.error({ err: error, requestId: ctx.state.requestId, method: ctx.method, path: ctx.path }, 'request failed');
      const code = known?.code ?? 'internal';
      const { status, title } = PROBLEMS[code];
      const problem: Problem = {
        type: `/api/problems/${code}`,
        title,
        status,
        code,
        ...(known && { detail: known.message, ...known.details }),
        request_id: ctx.state.requestId,
      };
      ctx.status = status;
      if (status === 503) ctx.set('Retry-After', '1');
      if (status === 401) ctx.set('WWW-Authenticate', 'Bearer');
      ctx.set('Cache-Control', 'no-store');
      ctx.body = JSON.stringify(problem);
      ctx.type = 'application/problem+json';
    }
  };
}

function toDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  const { status, expose } = error as { status?: number; expose?: boolean };
  return expose && status && status < 500
    ? new DomainError('invalid_request', 'The request can’t be read.')
    : undefined;
}

/** What the body parser refuses. Its own error quotes the body, which must not reach a log. */
export function refuseBody(error: Error): never {
  const { status } = error as { status?: number };
  throw new DomainError('invalid_request', status === 413 ? 'The body is too large.' : 'The body is not valid JSON.');
}
