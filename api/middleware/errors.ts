import type { Middleware } from 'koa';
import { DomainError } from '../../domain/errors.ts';
import { FORBIDDEN_CHARACTERS_HINT } from '../../domain/text.ts';
import type { Logger } from '../../infra/logger.ts';
import { isStoreUnavailable, STORE_UNAVAILABLE } from '../../infra/unavailable.ts';
import type { ApiContext, ApiState } from '../context.ts';
import type { Problem } from '../contracts/common.ts';
import { PROBLEMS } from '../problems.ts';

/** Paths whose problems are pages for people, if the client is a browser. */
export interface ProblemPages {
  below: string;
  write(ctx: ApiContext, problem: Problem): void;
}

/** Responds to every error with problem+json, or with a page; an unexpected one is a 500 with the request's ID and no details. */
export function errors(log: Logger, pages: ProblemPages): Middleware<ApiState> {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw new DomainError('not_found', 'No such endpoint.');
    } catch (error) {
      const known = toDomainError(error);
      if (known && known !== error && known.code === 'unavailable')
        log.warn(
          { err: error, requestId: ctx.state.requestId, path: ctx.path },
          'data store is unavailable; responded 503',
        );
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
      if (ctx.path.startsWith(pages.below) && ctx.accepts('json', 'html') === 'html') return pages.write(ctx, problem);
      ctx.body = JSON.stringify(problem);
      ctx.type = 'application/problem+json';
    }
  };
}

/** PostgreSQL's errors for NUL and for invalid UTF-8: character_not_in_repertoire, untranslatable_character. */
const NOT_STORABLE = new Set(['22021', '22P05']);

function toDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isStoreUnavailable(error)) {
    return new DomainError('unavailable', STORE_UNAVAILABLE, {
      retryable: true,
      cause: error,
    });
  }
  // Schemas check all text fields; this is for a field without that check.
  if (NOT_STORABLE.has((error as { code?: string }).code ?? ''))
    return new DomainError('invalid_request', `A text ${FORBIDDEN_CHARACTERS_HINT}.`);
  const { status, expose } = error as { status?: number; expose?: boolean };
  return expose && status && status < 500 ? new DomainError('invalid_request', 'The request is malformed.') : undefined;
}

/** Replaces the body parser's error, which quotes the body and must not be logged. */
export function refuseBody(error: Error): never {
  const { status } = error as { status?: number };
  throw new DomainError(
    'invalid_request',
    status === 413 ? 'The request body is too large.' : 'The body is not valid JSON.',
  );
}
