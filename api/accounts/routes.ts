import { describeDevice } from '../../domain/device.ts';
import { cartOwner, userOwner } from '../../domain/identity.ts';
import type { User as UserEntity } from '../../infra/postgres/entities/accounts.ts';
import { cartCacheKey } from '../../infra/redis/cache-keys.ts';
import { mergeCart } from '../cart/service.ts';
import type { ApiContext } from '../context.ts';
import {
  emailConfirmation,
  loginBody,
  passwordReset,
  passwordResetRequest,
  refreshBody,
  registerBody,
  type Session,
  session,
} from '../contracts/accounts.ts';
import { done, gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { type AccountServices, accountServices, endSessions, ownerOf, toSession } from './account-services.ts';

export const accountRoutes = declareRoutes(
  (deps) => accountServices(deps),
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
      summary: 'Exchange a refresh token for new tokens; it works until its successor is used',
      access: 'public',
      limit: 'api',
      body: refreshBody,
      ok: gives('New tokens', session),
      problems: { 401: 'The session has ended' },
      async handle({ body }, { accounts, sessions }) {
        let owner: UserEntity | undefined;
        const tokens = await sessions.refresh(body.refresh_token, async (userId) => {
          owner = await accounts.profile(userId);
          return ownerOf(owner);
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
      method: 'post',
      path: '/auth/password-resets',
      tag: 'Accounts',
      summary: 'Request an email with a link to set a new password; the response is the same for every address',
      access: 'public',
      limit: 'api',
      body: passwordResetRequest,
      ok: done('An email is sent if an account has this address'),
      handle: ({ body }, { credentials }) => credentials.requestPasswordReset(body.email),
    }),

    route({
      method: 'put',
      path: '/auth/password',
      tag: 'Accounts',
      summary: 'Set a new password with the link from an email, end all sessions, and sign in',
      access: 'anyone',
      limit: 'api',
      body: passwordReset,
      ok: gives('Signed in with the new password', session),
      problems: { 404: 'The link has expired or was used' },
      // Signs in at once, so that the link is a way in even for an account whose sign-ins are limited.
      async handle({ ctx, body }, services) {
        const userId = await services.credentials.resetPassword(body.token, body.password);
        await endSessions(services, userId);
        return signIn(ctx, await services.accounts.profile(userId), services);
      },
    }),

    route({
      method: 'post',
      path: '/auth/email-confirmations',
      tag: 'Accounts',
      summary: 'Confirm an account’s email address, or a new one, with the link from an email',
      access: 'public',
      limit: 'api',
      body: emailConfirmation,
      ok: done('The address is confirmed'),
      problems: { 404: 'The link has expired or was used', 409: 'Another account uses this address now' },
      handle: ({ body }, { credentials }) => credentials.confirmEmail(body.token),
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
    ...toSession(await sessions.start(ownerOf(user), describeDevice(ctx.get('User-Agent'))), user),
    ...(left && { guest_cart: left }),
  };
}
