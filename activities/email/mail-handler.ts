/**
 * Sends the mails of the outbox. Each is sent for itself: one that fails is tried again alone. A mail may go out twice when a
 * worker dies between sending it and deleting its row; its Message-ID is the same then, so that a mailbox can tell.
 */
import type { Settings } from '../../infra/config.ts';
import { MAIL_CONNECTIONS, type Mailer } from '../../infra/email/mailer.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { CautiousHandler, FailedMessage, OutboxMessage } from '../outbox/relay.ts';
import type { ShopFacts } from './letters/letter.ts';
import { renderHtml } from './letters/render-html.ts';
import { renderText } from './letters/render-text.ts';
import { writeLetter } from './letters/write-letter.ts';
import { readOrderFacts, readRefundFacts } from './order-facts.ts';
import { type MailKind, mailPayload } from './queue-mail.ts';

export interface MailHandlerDependencies {
  mailer: Pick<Mailer, 'send'>;
  settings: Pick<Settings, 'SHOP_NAME' | 'STOREFRONT_URL'>;
  log: Logger;
}

/** So many mails at most go out twice after a crash. */
const MAX_MESSAGES = 4 * MAIL_CONNECTIONS;

/** `isForAll`: no other mail would fare better now. */
type Delivery = 'done' | { failed: string; isForAll: boolean };

export function createMailHandler(deps: MailHandlerDependencies): CautiousHandler {
  const shop: ShopFacts = {
    name: deps.settings.SHOP_NAME,
    storefrontUrl: deps.settings.STOREFRONT_URL.replace(/\/+$/, ''),
  };
  return {
    maxMessages: MAX_MESSAGES,
    handle: async (messages, sql) => {
      const failed: FailedMessage[] = [];
      const waiting = byOrder(messages);
      let unreachable: Delivery | undefined;
      const lane = async () => {
        for (let mails = waiting.shift(); mails; mails = waiting.shift()) {
          for (const message of mails) {
            // A mail server that can't be reached is not asked again for each of them.
            const delivery = unreachable ?? (await deliver(message, sql, shop, deps));
            if (delivery === 'done') continue;
            if (delivery.isForAll) unreachable = delivery;
            failed.push({ id: message.id, reason: delivery.failed });
          }
        }
      };
      await Promise.all(Array.from({ length: MAIL_CONNECTIONS }, lane));
      return failed;
    },
  };
}

/** The mails of one order go out in the order in which they were asked for; those of different orders side by side. */
function byOrder(messages: readonly OutboxMessage[]): OutboxMessage[][] {
  const groups = new Map<string, OutboxMessage[]>();
  for (const message of messages) groups.set(message.key, [...(groups.get(message.key) ?? []), message]);
  return [...groups.values()];
}

async function deliver(
  message: OutboxMessage,
  sql: Sql,
  shop: ShopFacts,
  deps: MailHandlerDependencies,
): Promise<Delivery> {
  try {
    return await send(message, sql, shop, deps);
  } catch (error) {
    deps.log.error({ err: error, outboxId: message.id, orderId: message.key }, 'mail: email could not be prepared');
    return { failed: error instanceof Error ? error.message : 'failed', isForAll: false };
  }
}

async function send(
  message: OutboxMessage,
  sql: Sql,
  shop: ShopFacts,
  { mailer, log }: MailHandlerDependencies,
): Promise<Delivery> {
  const orderId = message.key;
  const parsed = mailPayload.safeParse(message.payload);
  // During a release an older worker may meet what only a newer one knows.
  if (!parsed.success) return { failed: 'unknown kind of email', isForAll: false };
  const payload = parsed.data;
  const order = await readOrderFacts(sql, orderId);
  if (!order?.email) {
    log.info({ orderId, kind: payload.kind }, 'mail: the order has no email address');
    return 'done';
  }
  const refund = payload.refundId ? await readRefundFacts(sql, orderId, payload.refundId) : undefined;
  const letter = writeLetter(payload, order, refund, shop);
  if (!letter) return 'done';

  const sent = await mailer.send({
    to: order.email,
    subject: letter.subject,
    text: renderText(letter, shop),
    html: renderHtml(letter, shop),
    // The order's id beside the outbox's: a database that was made anew counts from 1 again.
    key: `outbox-${message.id}.${orderId}`,
    headers: { 'X-Order-Id': orderId },
  });
  if (sent.outcome === 'failed' || sent.outcome === 'unreachable')
    return { failed: sent.reason, isForAll: sent.outcome === 'unreachable' };
  if (sent.outcome === 'refused') {
    log.warn({ orderId, kind: payload.kind, reason: sent.reason }, 'mail: permanently rejected by the mail server');
    await recordRefusal(sql, message, payload.kind, sent.reason);
  }
  return 'done';
}

const ABOUT: Readonly<Record<MailKind, string>> = {
  order_paid: 'The order confirmation email',
  payment_refused: 'The email about the declined payment',
  order_shipped: 'The shipping confirmation email',
  order_canceled: 'The cancellation email',
  order_expired: 'The email about the expired order',
  refund_sent: 'The refund email',
  refund_refused: 'The email about the failed refund',
};

async function recordRefusal(sql: Sql, { id, key }: OutboxMessage, kind: MailKind, reason: string): Promise<void> {
  await sql.run(
    `insert into order_events (order_id, type, message, data, dedupe_key) values ($1, 'mail_failed', $2, $3, $4)
     on conflict (order_id, dedupe_key) do nothing`,
    [
      key,
      `${ABOUT[kind]} could not be delivered: the mail server rejected the address or the message.`,
      JSON.stringify({ kind, reason }),
      `mail:${id}`,
    ],
  );
}
