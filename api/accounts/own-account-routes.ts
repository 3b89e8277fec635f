/** The signed-in account: its profile, email address, password, and sessions. */
import { describeDevice } from '../../domain/device.ts';
import type { ApiContext } from '../context.ts';
import {
  accountClosure,
  emailChange,
  passwordChange,
  profilePatch,
  session,
  sessionList,
  user,
} from '../contracts/accounts.ts';
import { idParams } from '../contracts/common.ts';
import { done, gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { type AccountServices, accountServices, endSessions, ownerOf, toSession, toUser } from './account-services.ts';

const WRONG_PASSWORD = 'Not signed in, or the password is incorrect (`invalid_credentials`)';

export const ownAccountRoutes = declareRoutes(accountServices, (route) => [
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

  route({
    method: 'put',
    path: '/me/password',
    tag: 'Accounts',
    summary: 'Change the password; all sessions end, and a new one starts',
    access: 'account',
    limit: 'api',
    body: passwordChange,
    ok: gives('The new session', session),
    problems: { 401: WRONG_PASSWORD },
    async handle({ ctx, identity: { userId }, body }, services) {
      const { accounts, credentials, sessions } = services;
      await counted(ctx, userId, services, () =>
        credentials.changePassword(userId, body.current_password, body.new_password),
      );
      await endSessions(services, userId);
      const account = await accounts.profile(userId);
      return toSession(await sessions.start(ownerOf(account), describeDevice(ctx.get('User-Agent'))), account);
    },
  }),

  route({
    method: 'post',
    path: '/me/email',
    tag: 'Accounts',
    summary: 'Request an email to a new address, with a link that makes it the account’s',
    access: 'account',
    limit: 'api',
    body: emailChange,
    ok: done('An email is sent to the new address; the response is the same for every address'),
    problems: { 401: WRONG_PASSWORD },
    handle: ({ ctx, identity: { userId }, body }, services) =>
      counted(ctx, userId, services, () => services.credentials.requestEmailChange(userId, body.email, body.password)),
  }),

  route({
    method: 'post',
    path: '/me/email-confirmation',
    tag: 'Accounts',
    summary: 'Request another email with a link that confirms the account’s address',
    access: 'account',
    limit: 'api',
    ok: done('An email is sent'),
    handle: ({ identity }, { credentials }) => credentials.requestVerification(identity.userId),
  }),

  route({
    method: 'get',
    path: '/me/sessions',
    tag: 'Accounts',
    summary: 'List the account’s sessions, most recently used first',
    access: 'account',
    limit: 'reads',
    ok: gives('The sessions', sessionList),
    async handle({ ctx, identity }, { sessions }) {
      ctx.set('Cache-Control', 'no-store');
      const items = (await sessions.list(identity.userId)).map(({ id, device, startedAt, lastUsedAt }) => ({
        id,
        device,
        started_at: startedAt.toISOString(),
        last_used_at: lastUsedAt.toISOString(),
        is_current: id === identity.sessionId,
      }));
      return { items };
    },
  }),

  route({
    method: 'delete',
    path: '/me/sessions',
    tag: 'Accounts',
    summary: 'End all other sessions of the account',
    access: 'account',
    limit: 'api',
    ok: done('They have ended'),
    handle: ({ identity }, { sessions }) => sessions.endAll(identity.userId, identity.sessionId),
  }),

  route({
    method: 'delete',
    path: '/me/sessions/{id}',
    tag: 'Accounts',
    summary: 'End one of the account’s sessions',
    access: 'account',
    limit: 'api',
    params: idParams,
    ok: done('It has ended'),
    problems: { 404: 'The account has no such session' },
    handle: ({ identity, params }, { sessions }) => sessions.endOwn(identity.userId, params.id),
  }),

  route({
    method: 'post',
    path: '/me/closure',
    tag: 'Accounts',
    summary: 'Close the account; its orders stay without the person',
    access: 'account',
    limit: 'api',
    body: accountClosure,
    ok: done('The account is closed'),
    problems: {
      401: WRONG_PASSWORD,
      403: 'Staff accounts are closed by administrators',
      409: 'An order is not complete, or items are reserved',
    },
    async handle({ ctx, identity: { userId }, body }, services) {
      await counted(ctx, userId, services, () => services.credentials.close(userId, body.password));
      await endSessions(services, userId);
    },
  }),
]);

/** Runs `check`, which verifies the account's password. A wrong one counts as a failed sign-in, so that a stolen session can't try many. */
async function counted<Result>(
  ctx: ApiContext,
  userId: string,
  { accounts, signInLimits }: AccountServices,
  check: () => Promise<Result>,
): Promise<Result> {
  const { email } = await accounts.profile(userId);
  return signInLimits.counted(ctx, email, check);
}
