/** The storefront’s API client: handles credentials, tracing, idempotency, and problems. */
import type { Session } from '#lib/contracts.ts';
import { problemFrom, unreachable } from './problem.ts';
import type { SessionRenewal } from './session-renewal.ts';
import type { ShopCookies } from './shop-cookies.ts';

/** The longest that a page waits for one response. Checkout is the slowest call, since it calls Stripe. */
const TIMEOUT_MS = 20_000;

export interface ApiOptions {
  query?: Record<string, string | number | readonly string[] | null | undefined>;
  idempotencyKey?: string;
  /**
   * Which credentials to send. `shopper` (the default) sends the session and the guest's cart ID, `guest` only the cart ID,
   * `anyone` neither: public data is served from the API's caches.
   */
  identity?: 'shopper' | 'guest' | 'anyone';
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export interface ApiContext {
  fetch: typeof fetch;
  apiUrl: string;
  cookies: ShopCookies;
  renewal: SessionRenewal;
  requestId: string;
  /** The addresses that the request passed, for the API's rate limits. */
  forwardedFor: string | undefined;
}

export class Api {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  get cookies(): ShopCookies {
    return this.#context.cookies;
  }

  /** @throws ApiProblem for every response that is not a success, and when the API cannot be reached */
  get<Result>(path: string, options: ApiOptions = {}): Promise<Result> {
    return this.#json<Result>('GET', path, undefined, options);
  }

  /** @throws ApiProblem as `get` */
  post<Result>(path: string, body: unknown, options: ApiOptions = {}): Promise<Result> {
    return this.#json<Result>('POST', path, body, options);
  }

  /** @throws ApiProblem as `get` */
  put<Result>(path: string, body: unknown, options: ApiOptions = {}): Promise<Result> {
    return this.#json<Result>('PUT', path, body, options);
  }

  /** @throws ApiProblem as `get` */
  patch<Result>(path: string, body: unknown, options: ApiOptions = {}): Promise<Result> {
    return this.#json<Result>('PATCH', path, body, options);
  }

  /** @throws ApiProblem as `get` */
  delete<Result>(path: string, options: ApiOptions = {}): Promise<Result> {
    return this.#json<Result>('DELETE', path, undefined, options);
  }

  /** Returns a streaming response, whose only time limit is the caller's signal. @throws ApiProblem as `get` */
  async stream(path: string, options: ApiOptions = {}): Promise<Response> {
    return this.#withSession('GET', path, undefined, {
      ...options,
      signal: options.signal ?? new AbortController().signal,
    });
  }

  /**
   * Posts data that no page waits for. It uses the current token and never renews it, since the response to the shopper may
   * already be sent and cookies can no longer be set. @throws ApiProblem as `get`
   */
  async report(path: string, body: unknown, options: ApiOptions = {}): Promise<void> {
    const response = await this.#send('POST', path, body, options, this.#context.cookies.accessToken);
    if (!response.ok) throw await problemFrom(response);
    await response.body?.cancel();
  }

  async #json<Result>(method: string, path: string, body: unknown, options: ApiOptions): Promise<Result> {
    const response = await this.#withSession(method, path, body, options);
    if (response.status === 204) return undefined as Result;
    return (await response.json()) as Result;
  }

  /**
   * Sends with a valid access token, and retries once after a 401, since the token may have been revoked. A shopper whose
   * session has ended continues as a guest; endpoints that need an account still respond with 401.
   */
  async #withSession(method: string, path: string, body: unknown, options: ApiOptions): Promise<Response> {
    const { cookies } = this.#context;
    const asShopper = options.identity === undefined || options.identity === 'shopper';
    const token = asShopper ? (cookies.accessToken ?? (await this.#renewedToken())) : undefined;
    let response = await this.#send(method, path, body, options, token);
    if (response.status === 401 && token !== undefined) {
      const renewed = await this.#renewedToken();
      if (renewed !== token) {
        await response.body?.cancel();
        response = await this.#send(method, path, body, options, renewed);
      }
    }
    if (!response.ok) throw await problemFrom(response);
    return response;
  }

  async #renewedToken(): Promise<string | undefined> {
    const { cookies, renewal } = this.#context;
    const refreshToken = cookies.refreshToken;
    if (refreshToken === undefined) return undefined;
    const session = await renewal.renew(refreshToken, (token) =>
      this.post<Session>('/auth/refresh', { refresh_token: token }, { identity: 'anyone' }),
    );
    if (session) cookies.keepSession(session);
    else cookies.dropSession();
    return session?.access_token;
  }

  async #send(
    method: string,
    path: string,
    body: unknown,
    options: ApiOptions,
    token: string | undefined,
  ): Promise<Response> {
    const { apiUrl, cookies, requestId, forwardedFor } = this.#context;
    const headers = new Headers({ accept: 'application/json', 'x-request-id': requestId, ...options.headers });
    if (forwardedFor) headers.set('x-forwarded-for', forwardedFor);
    if (token) headers.set('authorization', `Bearer ${token}`);
    if (options.identity !== 'anyone' && cookies.guestId) headers.set('x-cart-id', cookies.guestId);
    if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey);
    if (body !== undefined) headers.set('content-type', 'application/json');
    try {
      return await this.#context.fetch(`${apiUrl}/api${path}${queryString(options.query)}`, {
        method,
        headers,
        body: JSON.stringify(body),
        signal: options.signal ?? AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'manual',
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw unreachable(requestId, error);
    }
  }
}

/** Builds `?a=1&b=2`; empty values are left out, and lists repeat their name. */
export function queryString(query: ApiOptions['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const part of Array.isArray(value) ? value : [value]) {
      if (part !== undefined && part !== null && part !== '') parameters.append(name, String(part));
    }
  }
  const text = parameters.toString();
  return text && `?${text}`;
}
