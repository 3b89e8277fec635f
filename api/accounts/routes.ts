import Router from '@koa/router';
import { cartOwner, userOwner } from '../../domain/identity.ts';
import type { User as UserEntity } from '../../infra/postgres/entities/accounts.ts';
import { cartCacheKey } from '../../infra/redis/cache-keys.ts';
import { mergeCart } from '../cart/service.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { loginBody, profilePatch, refreshBody, registerBody, type Session, type User } from '../contracts/accounts.ts';
import { identity, requireIdentity } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { Accounts } from './service.ts';
import { Sessions, type SessionTokens } from './sessions.ts';

export function accountRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const accounts = new Accounts(deps.orm);
  const sessions = new Sessions(deps.redis, deps.settings);
  const identify = identity(deps);
  const router = new Router<ApiState>();

  async function signIn(ctx: ApiContext, user: UserEntity): Promise<Session> {
    // A guest's cart follows its shopper in; the cart's id stays the credential of what was ordered before.
    let left: Session['guest_cart'];
    if (ctx.state.cartId) {
      left = await mergeCart(deps.db, ctx.state.cartId, user.id);
      const carts = [userOwner(user.id), cartOwner(ctx.state.cartId)].map(cartCacheKey);
      await deps.cache.invalidate(carts).catch(() => undefined);
    }
    return {
      ...toSession(await sessions.start({ userId: user.id, role: user.role }), user),
      ...(left && { guest_cart: left }),
    };
  }

  router.post('/auth/register', limits.limit('api'), limits.limitFailures('auth'), identify, async (ctx) => {
    const body = parse(registerBody, ctx.request.body, 'body');
    const user = await accounts.register({ email: body.email, password: body.password, fullName: body.full_name });
    ctx.status = 201;
    ctx.body = await signIn(ctx, user);
  });

  router.post('/auth/login', limits.limit('api'), limits.limitFailures('auth'), identify, async (ctx) => {
    const body = parse(loginBody, ctx.request.body, 'body');
    ctx.body = await signIn(ctx, await accounts.authenticate(body.email, body.password));
  });

  router.post('/auth/refresh', limits.limit('api'), limits.limitFailures('auth'), async (ctx) => {
    const body = parse(refreshBody, ctx.request.body, 'body');
    let user: UserEntity | undefined;
    const tokens = await sessions.refresh(body.refresh_token, async (userId) => {
      user = await accounts.profile(userId);
      return { userId, role: user.role };
    });
    ctx.body = toSession(tokens, user!);
  });

  router.post('/auth/logout', limits.limit('api'), async (ctx) => {
    const body = parse(refreshBody, ctx.request.body, 'body');
    await sessions.end(body.refresh_token);
    ctx.status = 204;
  });

  router.get('/me', limits.limit('api'), identify, async (ctx) => {
    ctx.body = toUser(await accounts.profile(requireIdentity(ctx).userId));
  });

  router.patch('/me', limits.limit('api'), identify, async (ctx) => {
    const { userId } = requireIdentity(ctx);
    const patch = parse(profilePatch, ctx.request.body, 'body');
    ctx.body = toUser(await accounts.rename(userId, patch.full_name));
  });

  return router;
}

function toUser(user: UserEntity): User {
  return {
    id: user.id,
    email: user.email,
    full_name: user.fullName ?? null,
    role: user.role,
    created_at: new Date(user.createdAt).toISOString(),
  };
}

function toSession(tokens: SessionTokens, user: UserEntity): Session {
  return {
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    token_type: 'Bearer',
    expires_in: tokens.expiresInSeconds,
    user: toUser(user),
  };
}
