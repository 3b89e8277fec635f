/**
 * Limits on failed sign-ins, by account and by client address. An attempt is counted before its password is checked, so that concurrent
 * attempts get no more than the limit, and taken back if it succeeds. Strangers' attempts can use up an account's limit, but not for an
 * address that has signed in to it before; from other addresses, its owner waits until the window ends, or resets the password.
 */
import { DomainError } from '../../domain/errors.ts';
import { emailHash } from '../../infra/email-hash.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { Limit } from '../middleware/limit.ts';
import { addressKey } from '../middleware/rate-limit.ts';

/** How long an address counts as the account's after a sign-in. */
const KNOWN_SECONDS = 30 * 86_400;

export class SignInLimits {
  readonly #deps: Pick<ApiDependencies, 'redis' | 'settings'>;
  readonly #perAddress: Limit;
  readonly #perAccount: Limit;
  readonly #perAccountAndAddress: Limit;

  constructor(deps: Pick<ApiDependencies, 'redis' | 'settings' | 'log'>) {
    const { redis, settings, log } = deps;
    const limit = (name: string, points: number) =>
      new Limit(redis, log, { name, points, seconds: settings.RATE_LIMIT_AUTH_SECONDS });
    this.#deps = deps;
    this.#perAddress = limit('auth-address', settings.RATE_LIMIT_AUTH_PER_ADDRESS);
    this.#perAccount = limit('auth-account', settings.RATE_LIMIT_AUTH_PER_ACCOUNT);
    this.#perAccountAndAddress = limit('auth', settings.RATE_LIMIT_AUTH);
  }

  /**
   * Runs `check`, which verifies a password. Only its invalid_credentials counts.
   * @throws DomainError rate_limited, before `check` runs; whatever `check` throws
   */
  async counted<Result>(ctx: ApiContext, email: string, check: () => Promise<Result>): Promise<Result> {
    const { redis, settings } = this.#deps;
    if (!settings.RATE_LIMIT_ENABLED) return check();
    // A hash, because keys of Redis appear in its logs and tools.
    const account = emailHash(settings.EMAIL_HASH_KEY, email);
    const address = addressKey(ctx);
    const both = `${account}:${address}`;
    const known = `sign-in:known:${both}`;
    const isKnown = (await redis.exists(known).catch(() => 0)) === 1;
    const limits = [
      [this.#perAddress, address],
      ...(isKnown ? [] : [[this.#perAccount, account] as const]),
      [this.#perAccountAndAddress, both],
    ] as const;
    const counted: (typeof limits)[number][] = [];
    const giveBack = () => Promise.all(counted.map(([limit, key]) => limit.giveBack(key)));
    try {
      for (const each of limits) {
        await each[0].count(ctx, each[1]);
        counted.push(each);
      }
      const result = await check();
      await Promise.all([giveBack(), redis.set(known, 1, 'EX', KNOWN_SECONDS).catch(() => undefined)]);
      return result;
    } catch (error) {
      const isFailedSignIn = error instanceof DomainError && error.code === 'invalid_credentials';
      if (!isFailedSignIn) await giveBack();
      throw error;
    }
  }
}
