/**
 * Sends the emails about accounts. Safe to repeat: a link's secret derives from its request, and its row is written once, so an email that
 * is sent twice has the same link.
 */
import { ACCOUNT_MAIL_TOPIC, type AccountMail, accountMail } from '../../infra/account-mail.ts';
import { accountToken, hashToken } from '../../infra/account-tokens.ts';
import { MAIL_CONNECTIONS } from '../../infra/email/mailer.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { AccountTokenPurpose } from '../../infra/postgres/entities/accounts.ts';
import { now, secondsFromNow } from '../../infra/postgres/statement-parts.ts';
import { accountLetter } from '../email/letters/accounts.ts';
import { renderHtml } from '../email/letters/render-html.ts';
import { renderText } from '../email/letters/render-text.ts';
import { type MailHandlerDependencies, shopFacts } from '../email/mail-handler.ts';
import type { CautiousHandler, FailedMessage, OutboxMessage } from '../outbox/relay.ts';

/** Links with the same purpose that an account gets per hour, so that nobody can flood a mailbox. */
const MAX_LINKS_PER_HOUR = 5;
const LIFE_SECONDS: Readonly<Record<AccountTokenPurpose, number>> = {
  reset_password: 3_600,
  verify_email: 7 * 86_400,
  change_email: 86_400,
};

/** An email ready to be written: its recipient and, for some kinds, the secret of its link. */
interface Addressed {
  to: string;
  token?: string;
  /** The new address of the account belongs to another one. */
  isTaken?: boolean;
}

export function createAccountMailHandler(deps: MailHandlerDependencies): CautiousHandler {
  return {
    maxMessages: MAIL_CONNECTIONS,
    handle: async (messages, sql) => {
      const failed: FailedMessage[] = [];
      for (const message of messages) {
        const reason = await deliver(message, sql, deps);
        if (reason) failed.push({ id: message.id, reason });
      }
      return failed;
    },
  };
}

/** @returns why the email must be sent again later */
async function deliver(message: OutboxMessage, sql: Sql, deps: MailHandlerDependencies): Promise<string | undefined> {
  const parsed = accountMail.safeParse(message.payload);
  // During a release, an older worker may receive a kind that only a newer one knows.
  if (!parsed.success) return 'unknown kind of email';
  const mail = parsed.data;
  const addressed = await address(sql, mail, deps.settings.JWT_SECRET);
  if (!addressed) return undefined;
  const shop = shopFacts(deps.settings);
  const letter = accountLetter(mail, addressed, shop);
  const sent = await deps.mailer.send({
    to: addressed.to,
    subject: letter.subject,
    text: renderText(letter, shop),
    html: renderHtml(letter, shop),
    key: `${ACCOUNT_MAIL_TOPIC}-${message.id}.${message.key}`,
  });
  if (sent.outcome === 'sent') return undefined;
  if (sent.outcome !== 'refused') return sent.reason;
  deps.log.warn({ kind: mail.kind, reason: sent.reason }, 'Email rejected by the mail server');
  return undefined;
}

/** @returns undefined when no email is to be sent, for example because no account has the address */
async function address(sql: Sql, mail: AccountMail, secret: string): Promise<Addressed | undefined> {
  switch (mail.kind) {
    case 'reset_password':
      return link(sql, mail.requestId, secret, mail.kind, await accountWith(sql, 'email', mail.email));
    case 'verify_email':
      return link(sql, mail.requestId, secret, mail.kind, await accountWith(sql, 'id', mail.userId));
    case 'change_email': {
      const user = await accountWith(sql, 'id', mail.userId);
      if (!user || user.email === mail.email) return undefined;
      if (await accountWith(sql, 'email', mail.email)) return { to: mail.email, isTaken: true };
      return link(sql, mail.requestId, secret, mail.kind, { id: user.id, email: mail.email });
    }
    case 'password_changed': {
      const user = await accountWith(sql, 'id', mail.userId);
      return user && { to: user.email };
    }
    case 'email_changed':
    case 'account_closed':
      return { to: mail.email };
  }
}

function accountWith(sql: Sql, column: 'id' | 'email', value: string) {
  return sql.row(sql.query.selectFrom('users').select(['id', 'email']).where(column, '=', value));
}

/** @param to the account, and the address that the link proves */
async function link(
  sql: Sql,
  requestId: string,
  secret: string,
  purpose: AccountTokenPurpose,
  to: { id: string; email: string } | undefined,
): Promise<Addressed | undefined> {
  if (!to) return undefined;
  const token = accountToken(secret, requestId);
  await sql.run(sql.query.deleteFrom('account_tokens').where('user_id', '=', to.id).where('expires_at', '<', now));
  const known = await sql.row(
    sql.query.selectFrom('account_tokens').select('used_at').where('token_hash', '=', hashToken(token)),
  );
  if (known) return known.used_at === null ? { to: to.email, token } : undefined;
  const recent = await sql.row(
    sql.query
      .selectFrom('account_tokens')
      .select((row) => row.fn.countAll<number>().as('count'))
      .where('user_id', '=', to.id)
      .where('purpose', '=', purpose)
      .where('created_at', '>', secondsFromNow(-3_600)),
  );
  if (recent!.count >= MAX_LINKS_PER_HOUR) return undefined;
  await sql.run(
    sql.query.insertInto('account_tokens').values({
      token_hash: hashToken(token),
      user_id: to.id,
      purpose,
      email: to.email,
      expires_at: secondsFromNow(LIFE_SECONDS[purpose]),
    }),
  );
  return { to: to.email, token };
}
