/** In which order mails go out, and to whom a mail server that is away is not a reason to ask again. The mail server is scripted. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../infra/config.ts';
import { MAIL_CONNECTIONS, type Mailer } from '../../infra/email/mailer.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { until } from '../../tests/support/shop.ts';
import type { OutboxMessage } from '../outbox/relay.ts';
import { createMailHandler } from './mail-handler.ts';
import type { MailPayload } from './queue-mail.ts';

// Mails of the orders themselves stay in the outbox.
const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

let lastId = 0;
const message = (orderId: string, payload: MailPayload): OutboxMessage => ({
  id: ++lastId,
  topic: 'mail',
  key: orderId,
  payload: { ...payload },
});

type Send = Mailer['send'];
type Sending = Parameters<Send>[0];

/** Has the mails sent. @returns those that failed */
async function handle(messages: OutboxMessage[], send: Send, settings: Partial<Settings> = {}) {
  const deps = { mailer: { send }, settings: { ...shop.services.settings, ...settings } };
  const log = shop.services.log.child({}, { level: 'silent' });
  return createMailHandler({ ...deps, log }).handle(messages, shop.services.db);
}

const manyOrders = async (count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await orders.opened()).order.orderId));

describe('mails', () => {
  it('of one order go out one after the other, while those of others go out beside them', async () => {
    const [slow, ...others] = await manyOrders(1 + 2 * MAIL_CONNECTIONS);
    const [first, second] = [message(slow!, { kind: 'order_expired' }), message(slow!, { kind: 'order_canceled' })];
    const rest = others.map((orderId) => message(orderId, { kind: 'order_expired' }));
    let release = () => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    const begun: string[] = [];
    const send = async ({ key }: Sending) => {
      begun.push(key);
      if (key.startsWith(`outbox-${first.id}.`)) await isReleased;
      return { outcome: 'sent' } as Awaited<ReturnType<Send>>;
    };
    const isSecondBegun = () => begun.some((key) => key.startsWith(`outbox-${second.id}.`));
    const handled = handle([first, second, ...rest], send);
    await until(() => begun.length > rest.length, 'all others to go out');
    expect(isSecondBegun()).toBe(false);
    release();
    expect(await handled).toEqual([]);
    expect(isSecondBegun()).toBe(true);
  });

  it('are all kept when no mail server is there, which is not asked for each of them', async () => {
    const messages = (await manyOrders(3 * MAIL_CONNECTIONS)).map((key) => message(key, { kind: 'order_expired' }));
    let asked = 0;
    const failed = await handle(messages, async () => {
      asked += 1;
      return { outcome: 'unreachable', reason: 'ECONNREFUSED' };
    });
    expect(failed!.map(({ id }) => id).sort()).toEqual(messages.map(({ id }) => id).sort());
    expect(asked).toBeLessThanOrEqual(MAIL_CONNECTIONS);
  });

  it('lead to the storefront, whether its address ends with a slash or not', async () => {
    const [orderId] = await manyOrders(1);
    for (const STOREFRONT_URL of ['https://shop.example', 'https://shop.example/']) {
      const texts: string[] = [];
      const send = async ({ text }: Sending) => {
        texts.push(text);
        return { outcome: 'sent' } as Awaited<ReturnType<Send>>;
      };
      await handle([message(orderId!, { kind: 'order_expired' })], send, { STOREFRONT_URL });
      expect(texts.join()).toContain(`https://shop.example/orders/${orderId}`);
    }
  });

  it('say nothing of a refund of another order', async () => {
    const [sale, other] = [await orders.paid(), await orders.paid()];
    const { refundId } = await orders.refunded(sale.order.orderId, { amountCents: 500 });
    const sent: string[] = [];
    const send = async ({ text }: Sending) => {
      sent.push(text);
      return { outcome: 'sent' } as Awaited<ReturnType<Send>>;
    };
    const [wrong, unknown, right] = [
      message(other.order.orderId, { kind: 'refund_sent', refundId }),
      message(sale.order.orderId, { kind: 'refund_sent', refundId: randomUUID() }),
      message(sale.order.orderId, { kind: 'refund_sent', refundId }),
    ];
    const failed = await handle([wrong, unknown, right], send);
    expect(failed!.map(({ id }) => id).sort()).toEqual([wrong.id, unknown.id].sort());
    expect(sent).toHaveLength(1);
    expect(sent[0]).toContain('$5.00');
  });
});
