/** The one way from the storefront to the API: credentials, tracing, idempotency and problems are handled here. */
import type { Session } from '#lib/contracts.ts';
import { problemFrom, unreachable } from './problem.ts';
import type { SessionRenewal } from './session-renewal.ts';
import type { ShopCookies } from './shop-cookies.ts';

/** No page waits longer for one answer. Checkout is the slowest call: it asks Stripe, which may take several seconds. */
const TIMEOUT_MS = 20_000;

export interface ApiOptions {
  query?: Record<string, string | number | readonly string[] | null | undefined>;
  idempotencyKey?: string;
  /**
   * Whose call it is. `shopper` (the default) sends the session and the guest's cart id, `guest` only the cart id,
   * `anyone` neither: what everyone may see is answered from the API's caches.
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
  /** The shopper's address, for the API's rate limits. */
  clientAddress: string | undefined;
}

export class Api {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  get cookies(): ShopCookies {
    return this.#context.cookies;
  }

  /** @throws ApiProblem for every answer that is not a success, and when the API cannot be reached */
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

  /** An answer to pass on as it streams in; it has no time limit but the caller's signal. @throws ApiProblem as `get` */
  async stream(path: string, options: ApiOptions = {}): Promise<Response> {
    return this.#withSession('GET', path, undefined, {
      ...options,
      signal: options.signal ?? new AbortController().signal,
    });
  }

  /**
   * Sends what nobody waits for. It goes with the token at hand and renews none: the answer to the shopper may be under way, and
   * with it the last chance to set a cookie. @throws ApiProblem as `get`
   */
  async tell(path: string, body: unknown, options: ApiOptions = {}): Promise<void> {
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
   * Sends with a valid access token, and once more after a refusal: the API may have been told to forget the token. A
   * shopper whose session has ended goes on as a guest; what needs an account answers 401 all the same.
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
    const { apiUrl, cookies, requestId, clientAddress } = this.#context;
    const headers = new Headers({ accept: 'application/json', 'x-request-id': requestId, ...options.headers });
    if (clientAddress) headers.set('x-forwarded-for', clientAddress);
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

/** Builds `?a=1&b=2`; empty values are left out, lists repeat their name. */
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
