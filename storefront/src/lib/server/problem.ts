/** API responses that are not a success, as one typed error. */
import type { Problem } from '#lib/contracts.ts';

/** A problem+json response of the API, or an API that did not respond (status 503, code `unavailable`). */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  /** The API's message for the shopper, if any. */
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  /** Field problems: `path` as the API names it, such as `shipping_address.postal_code`. */
  readonly errors: readonly { path: string; message: string }[];
  /** Every other member of the problem, such as `lines` of `out_of_stock`. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, retryAfterSeconds?: number, cause?: unknown) {
    super(`${problem.status} ${problem.code}: ${problem.detail ?? problem.title}`, { cause });
    const { type, title, status, code, detail, request_id, errors, ...extra } = problem;
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = request_id;
    this.errors = errors ?? [];
    this.extra = extra;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whether an error is a problem, with one of the codes if any are given. */
export function isProblem(error: unknown, ...codes: string[]): error is ApiProblem {
  return error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
}

/** Whether the API requires a session. A wrong password is a 401, too. */
export function needsSession(error: unknown): error is ApiProblem {
  return isProblem(error) && error.status === 401 && error.code !== 'invalid_credentials';
}

/** The status of a response to a failed request. */
export function statusOf(error: unknown): number {
  return isProblem(error) ? error.status : 500;
}

/** Reads the problem from a response that is not a success. Never throws: an unreadable body becomes a generic problem. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('retry-after'));
  const retryAfterSeconds = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined;
  const body: unknown = await response.json().catch(() => undefined);
  return new ApiProblem(isProblemBody(body) ? body : unreadable(response), retryAfterSeconds);
}

/** The problem of an API that could not be reached or timed out. */
export function unreachable(requestId: string, cause: unknown): ApiProblem {
  const problem = {
    type: 'about:blank',
    title: 'The API did not respond',
    status: 503,
    code: 'unavailable',
    request_id: requestId,
  };
  return new ApiProblem(problem, undefined, cause);
}

function unreadable(response: Response): Problem {
  return {
    type: 'about:blank',
    title: response.statusText || 'Unexpected response',
    status: response.status,
    code: 'unavailable',
    request_id: response.headers.get('x-request-id') ?? undefined,
  };
}

function isProblemBody(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  return 'status' in body && typeof body.status === 'number' && 'code' in body && typeof body.code === 'string';
}
