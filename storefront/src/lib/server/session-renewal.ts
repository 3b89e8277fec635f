/** Exchanges refresh tokens for new sessions, once per token even for concurrent requests. */
import type { Session } from '#lib/contracts.ts';
import { isProblem } from './problem.ts';

/**
 * How long the session for a used token is cached. A refresh token works once, and reusing it ends the session, yet requests that
 * left the browser before it had the new cookies still carry the old token.
 */
const REMEMBER_MS = 30_000;

export class SessionRenewal {
  readonly #sessions = new Map<string, Promise<Session | undefined>>();
  readonly #rememberMs: number;

  constructor(rememberMs = REMEMBER_MS) {
    this.#rememberMs = rememberMs;
  }

  /**
   * @param refresh calls the API; called once per token
   * @returns the new session, or undefined when the API no longer accepts the token
   * @throws any other error of `refresh`; the next call retries
   */
  renew(refreshToken: string, refresh: (refreshToken: string) => Promise<Session>): Promise<Session | undefined> {
    const cached = this.#sessions.get(refreshToken);
    if (cached) return cached;
    const session = refresh(refreshToken).catch((error: unknown) => {
      if (isProblem(error) && (error.status === 401 || error.status === 400)) return undefined;
      throw error;
    });
    this.#sessions.set(refreshToken, session);
    session.then(
      () => setTimeout(() => this.#sessions.delete(refreshToken), this.#rememberMs).unref(),
      () => this.#sessions.delete(refreshToken),
    );
    return session;
  }
}
