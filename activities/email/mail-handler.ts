/**
 * Sends the emails in the outbox. Each email is retried on its own. An email may be sent twice when a worker dies between sending
 * it and deleting its row; it then has the same Message-ID, so that mailboxes can deduplicate it.
 */
import type { Settings } from '../../infra/config.ts';
import { MAIL_CONNECTIONS, type Mailer } from '../../infra/email/mailer.ts';
import type { Logger } from '../../infra/logger.ts';
import { orderKey } from '../../infra/order-links.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { workflowUrl } from '../../infra/temporal/client.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { recordEvent } from '../orders/order-events.ts';
import { ORDER_CHANGED_TOPIC } from '../orders/signal-order.ts';
import type { CautiousHandler, FailedMessage, OutboxMessage } from '../outbox/relay.ts';
import { readEmailDispute, readEmailOrder, readEmailRefund } from './email-order.ts';
import type { ShopFacts } from './letters/letter.ts';
import { renderHtml } from './letters/render-html.ts';
import { renderText } from './letters/render-text.ts';
import { writeLetter } from './letters/write-letter.ts';
import { isForStaff, type MailKind, mailPayload } from './queue-mail.ts';

export interface MailHandlerDependencies {
  mailer: Pick<Mailer, 'send'>;
  settings: Pick<
    Settings,
    | 'SHOP_NAME'
    | 'STOREFRONT_URL'
    | 'SUPPORT_EMAIL'
    | 'TEMPORAL_UI_URL'
    | 'TEMPORAL_NAMESPACE'
    | 'JWT_SECRET'
    | 'ORDER_LINK_DAYS'
  >;
  log: Logger;
}

/** At most this many emails are sent twice after a crash. */
const MAX_BATCH_SIZE = 4 * MAIL_CONNECTIONS;

/** `isForAll`: every other email would fail now, too. */
type Delivery = 'done' | { failed: string; isForAll: boolean };

export function createMailHandler(deps: MailHandlerDependencies): CautiousHandler {
  const shop = shopFacts(deps.settings);
  return {
    maxMessages: MAX_BATCH_SIZE,
    handle: async (messages, sql) => {
      const failed: FailedMessage[] = [];
      const waiting = byOrder(messages);
      let unreachable: Delivery | undefined;
      const lane = async () => {
        for (let mails = waiting.shift(); mails; mails = waiting.shift()) {
          for (const message of mails) {
            // Don't retry an unreachable mail server for each email.
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

export function shopFacts(settings: MailHandlerDependencies['settings']): ShopFacts {
  return {
    name: settings.SHOP_NAME,
    storefrontUrl: settings.STOREFRONT_URL.replace(/\/+$/, ''),
    caseUrl: (orderId) => workflowUrl(settings, orderWorkflowId(orderId)),
    orderKey: (orderId) =>
      orderKey(settings.JWT_SECRET, orderId, { access: 'change', lifeSeconds: settings.ORDER_LINK_DAYS * 86_400 }),
  };
}

/** Emails about one order are sent in sequence; those about different orders are sent concurrently. */
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
    deps.log.error({ err: error, outboxId: message.id, orderId: message.key }, 'Email could not be rendered');
    return { failed: error instanceof Error ? error.message : 'failed', isForAll: false };
  }
}

async function send(
  message: OutboxMessage,
  sql: Sql,
  shop: ShopFacts,
  { mailer, settings, log }: MailHandlerDependencies,
): Promise<Delivery> {
  const orderId = message.key;
  const parsed = mailPayload.safeParse(message.payload);
  // During a release, an older worker may receive a kind that only a newer one knows.
  if (!parsed.success) return { failed: 'unknown kind of email', isForAll: false };
  const payload = parsed.data;
  const order = await readEmailOrder(sql, orderId);
  const to = isForStaff(payload.kind) ? settings.SUPPORT_EMAIL : (payload.to ?? order?.email);
  if (!order || !to) {
    log.info({ orderId, kind: payload.kind }, 'Email skipped: it has no recipient');
    return 'done';
  }
  const refund = payload.refundId ? await readEmailRefund(sql, orderId, payload.refundId) : undefined;
  const dispute = payload.disputeId ? await readEmailDispute(sql, orderId, payload.disputeId) : undefined;
  const letter = writeLetter(payload, order, refund, shop, dispute);
  if (!letter) return 'done';

  const sent = await mailer.send({
    to,
    subject: letter.subject,
    text: renderText(letter, shop),
    html: renderHtml(letter, shop),
    // The key includes the order ID, since a recreated database restarts the outbox IDs at 1.
    key: `outbox-${message.id}.${orderId}`,
    headers: { 'X-Order-Id': orderId },
  });
  if (sent.outcome === 'failed' || sent.outcome === 'unreachable')
    return { failed: sent.reason, isForAll: sent.outcome === 'unreachable' };
  if (sent.outcome === 'refused') {
    log.warn({ orderId, kind: payload.kind, reason: sent.reason }, 'Email rejected by the mail server');
    await recordRefusal(sql, message, payload.kind, sent.reason);
  }
  return 'done';
}

const EMAIL_NAMES: Readonly<Record<MailKind, string>> = {
  order_paid: 'The order confirmation email',
  payment_refused: 'The failed payment email',
  order_shipped: 'The shipping email',
  tracking_corrected: 'The email with the corrected tracking number',
  order_canceled: 'The cancellation email',
  order_expired: 'The expired order email',
  refund_sent: 'The refund email',
  refund_refused: 'The declined refund email',
  refund_withdrawn: 'The withdrawn refund email',
  refund_failed: 'The delayed refund email',
  refund_given_up: 'The email about a refund that was paid another way',
  email_replaced: 'The email about a new address, to the previous address,',
  email_added: 'The email to the new address',
  dispute_opened: 'The chargeback email to support',
  dispute_due: 'The chargeback reminder to support',
};

async function recordRefusal(sql: Sql, { id, key }: OutboxMessage, kind: MailKind, reason: string): Promise<void> {
  const message = `${EMAIL_NAMES[kind]} could not be delivered: the mail server rejected the address or the message.`;
  const isNew = await recordEvent(sql, {
    orderId: key,
    type: 'mail_failed',
    message,
    data: { kind, reason },
    dedupeKey: `mail:${id}`,
  });
  // Once this transaction is committed, the order's page shows the event.
  if (isNew) await sql.run(sql.query.insertInto('outbox').values({ topic: ORDER_CHANGED_TOPIC, key }));
}
