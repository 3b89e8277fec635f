import { cartOwner, userOwner } from '../../domain/identity.ts';
import type { User as UserEntity } from '../../infra/postgres/entities/accounts.ts';
import { cartCacheKey } from '../../infra/redis/cache-keys.ts';
import { mergeCart } from '../cart/service.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import {
  loginBody,
  profilePatch,
  refreshBody,
  registerBody,
  type Session,
  session,
  type User,
  user,
} from '../contracts/accounts.ts';
import { done, gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { Accounts } from './service.ts';
import { Sessions, type SessionTokens } from './sessions.ts';
import { SignInLimits } from './sign-in-limits.ts';

interface AccountServices extends ApiDependencies {
  accounts: Accounts;
  sessions: Sessions;
  signInLimits: SignInLimits;
}

export const accountRoutes = declareRoutes(
  (deps): AccountServices => ({
    ...deps,
    accounts: new Accounts(deps.orm),
    sessions: new Sessions(deps.redis, deps.settings),
    signInLimits: new SignInLimits(deps),
  }),
  (route) => [
    route({
      method: 'post',
      path: '/auth/register',
      tag: 'Accounts',
      summary: 'Create an account and merge the guest’s cart',
      access: 'anyone',
      limit: 'api',
      body: registerBody,
      ok: gives('Signed in', session, 201),
      problems: { 409: 'An account with this email address already exists' },
      async handle({ ctx, body: { email, password, full_name: fullName } }, services) {
        return signIn(ctx, await services.accounts.register({ email, password, fullName }), services);
      },
    }),

    route({
      method: 'post',
      path: '/auth/login',
      tag: 'Accounts',
      summary: 'Sign in and merge the guest’s cart',
      access: 'anyone',
      limit: 'api',
      body: loginBody,
      ok: gives('Signed in', session),
      problems: { 401: 'The email address or password is incorrect' },
      async handle({ ctx, body }, services) {
        const user = await services.signInLimits.counted(ctx, body.email, () =>
          services.accounts.authenticate(body.email, body.password),
        );
        return signIn(ctx, user, services);
      },
    }),

    route({
      method: 'post',
      path: '/auth/refresh',
      tag: 'Accounts',
      summary: 'Exchange a refresh token for new tokens; using it twice ends the session',
      access: 'public',
      limit: 'api',
      body: refreshBody,
      ok: gives('New tokens', session),
      problems: { 401: 'The session has ended' },
      async handle({ body }, { accounts, sessions }) {
        let owner: UserEntity | undefined;
        const tokens = await sessions.refresh(body.refresh_token, async (userId) => {
          owner = await accounts.profile(userId);
          return { userId, role: owner.role };
        });
        return toSession(tokens, owner!);
      },
    }),

    route({
      method: 'post',
      path: '/auth/logout',
      tag: 'Accounts',
      summary: 'End the session',
      access: 'public',
      limit: 'api',
      body: refreshBody,
      ok: done('Ended'),
      problems: { 401: 'The token is not valid' },
      handle: ({ body }, { sessions }) => sessions.end(body.refresh_token),
    }),

    route({
      method: 'get',
      path: '/me',
      tag: 'Accounts',
      summary: 'Get the signed-in account',
      access: 'account',
      limit: 'reads',
      ok: gives('The account', user),
      async handle({ identity }, { accounts }) {
        return toUser(await accounts.profile(identity.userId));
      },
    }),

    route({
      method: 'patch',
      path: '/me',
      tag: 'Accounts',
      summary: 'Update the account',
      access: 'account',
      limit: 'api',
      body: profilePatch,
      ok: gives('The account', user),
      async handle({ identity, body }, { accounts }) {
        return toUser(await accounts.rename(identity.userId, body.full_name));
      },
    }),
  ],
);

async function signIn(ctx: ApiContext, user: UserEntity, { db, cache, sessions }: AccountServices): Promise<Session> {
  // The guest's items move to the account's cart. The guest cart's ID stays the credential for orders placed as a guest.
  let left: Session['guest_cart'];
  if (ctx.state.cartId) {
    left = await mergeCart(db, ctx.state.cartId, user.id);
    const carts = [userOwner(user.id), cartOwner(ctx.state.cartId)].map(cartCacheKey);
    await cache.invalidate(carts).catch(() => undefined);
  }
  return {
    ...toSession(await sessions.start({ userId: user.id, role: user.role }), user),
    ...(left && { guest_cart: left }),
  };
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
