import { createConnection } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Mailer } from '../../infra/email/mailer.ts';
import type { Summary } from './store.ts';
import { mailsTo, TestMailbox } from './testing.ts';

let mailbox: TestMailbox;
let mailer: Mailer;

const mailerTo = (smtpUrl: string) =>
  new Mailer({ SMTP_URL: smtpUrl, MAIL_FROM: undefined, SHOP_NAME: 'Töpfe & Co', STOREFRONT_URL: 'http://127.0.0.1' });

beforeAll(async () => {
  mailbox = await TestMailbox.start();
  mailer = mailerTo(mailbox.smtpUrl);
});
afterAll(async () => {
  mailer?.close();
  await mailbox?.stop();
});
beforeEach(() => fetch(`${mailbox.url}/api/messages`, { method: 'DELETE' }));

let count = 0;
function mailTo(to: string, content: { subject?: string; html?: string; text?: string; key?: string } = {}) {
  count += 1;
  const { subject = 'Grüße', html = '<p>Hello</p>', text = 'Hello\n.\nend', key = `test-${count}` } = content;
  return { to, subject, html, text, key };
}
const list = async (query = '') =>
  (await (await fetch(`${mailbox.url}/api/messages${query}`)).json()) as { messages: Summary[]; total: number };
const page = async (path: string) => {
  const response = await fetch(`${mailbox.url}${path}`);
  return {
    status: response.status,
    policy: response.headers.get('content-security-policy')!,
    body: await response.text(),
  };
};

describe('emails', () => {
  it('arrive complete and are found by their recipient', async () => {
    expect(await mailer.send(mailTo('Ada@example.test'))).toEqual({ outcome: 'sent' });
    await mailer.send(mailTo('bob@example.test', { subject: 'Second' }));
    const [mail] = await mailsTo(mailbox.url, 'ada@EXAMPLE.test');
    expect(mail).toMatchObject({
      to: ['ada@example.test'],
      from: 'Töpfe & Co <orders@shop.localhost>',
      subject: 'Grüße',
      text: 'Hello\n.\nend\n',
      message_id: `<test-${count - 1}@shop.localhost>`,
      headers: { 'auto-submitted': 'auto-generated' },
    });
    expect(mail!.html).toContain('<p>Hello</p>');
    expect((await list()).messages.map(({ subject }) => subject)).toEqual(['Second', 'Grüße']);
    expect(await list('?limit=1')).toMatchObject({ total: 2, messages: [{ subject: 'Second' }] });
  });

  it('are stored once per Message-ID', async () => {
    for (let time = 0; time < 3; time += 1) await mailer.send(mailTo('twice@example.test', { key: 'same' }));
    expect((await list()).total).toBe(1);
  });

  it('survive a killed process, and the mailer reconnects', async () => {
    await mailer.send(mailTo('kept@example.test'));
    await mailbox.kill();
    expect((await mailer.send(mailTo('kept@example.test'))).outcome).toBe('unreachable');
    await mailbox.launch();
    expect((await mailer.send(mailTo('kept@example.test'))).outcome).toBe('sent');
    expect(await mailsTo(mailbox.url, 'kept@example.test')).toHaveLength(2);
    expect(await mailbox.terminate()).toBe(0);
    await mailbox.launch();
    expect(await mailsTo(mailbox.url, 'kept@example.test')).toHaveLength(2);
  });

  it('are refused permanently or temporarily, depending on the recipient', async () => {
    const [refused, busy, good] = await Promise.all(
      ['refused+1@example.test', 'busy@example.test', 'good@example.test'].map((to) => mailer.send(mailTo(to))),
    );
    expect(refused).toEqual({ outcome: 'refused', reason: 'RCPT TO: answered 550 (5.1.1)' });
    expect(busy).toEqual({ outcome: 'failed', reason: 'RCPT TO: answered 451 (4.2.1)' });
    expect(good).toEqual({ outcome: 'sent' });
    expect((await list()).total).toBe(1);
    expect(await mailer.send(mailTo('no address'))).toMatchObject({ outcome: 'refused' });
  });

  it('may be aborted without ending the mailbox', async () => {
    const { hostname, port } = new URL(mailbox.smtpUrl);
    const socket = createConnection(Number(port), hostname);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write('EHLO a\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nSubject: half');
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.resetAndDestroy();
    expect((await fetch(`${mailbox.url}/health`)).status).toBe(200);
    expect((await list()).total).toBe(0);
  });
});

describe('pages', () => {
  it('show any received content as escaped text', async () => {
    const attack = '<script>alert(1)</script>';
    await mailer.send(mailTo('eve@example.test', { subject: attack, html: `<head></head>${attack}`, text: attack }));
    const [{ id } = { id: 0 }] = (await list()).messages;
    for (const path of ['/', '/?to=eve@example.test', `/messages/${id}`, `/messages/${id}?view=text`]) {
      const { status, policy, body } = await page(path);
      expect(status, path).toBe(200);
      expect(body).toContain('&lt;script&gt;');
      expect(body).not.toContain('<script');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
    }
    expect((await page(`/messages/${id}`)).body).toContain(`sandbox="allow-popups allow-popups-to-escape-sandbox"`);
    const { policy, body } = await page(`/messages/${id}/html`);
    expect(body).toContain('<head><base target="_blank"></head>');
    expect(policy).toMatch(/^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/);
    expect(policy).not.toContain('allow-scripts');
    expect((await page(`/messages/${id}?view=source`)).body).toContain('Message-ID: ');
  });

  it('link to the next page', async () => {
    for (let number = 1; number <= 51; number += 1)
      await mailer.send(mailTo('many@example.test', { subject: `No ${number}` }));
    const first = (await page('/?to=many@example.test')).body;
    expect(first).toContain('No 51<');
    expect(first).not.toContain('No 1<');
    const older = /href="([^"]+)">Older emails/.exec(first)![1]!.replaceAll('&amp;', '&');
    expect((await page(older)).body).toContain('No 1<');
  });

  it('have an empty state', async () => {
    expect((await page('/')).body).toContain('No emails yet.');
    for (const path of ['/messages/999999', '/messages/x', '/elsewhere']) expect((await page(path)).status).toBe(404);
    const missing = await fetch(`${mailbox.url}/api/messages/999999`);
    expect(missing.headers.get('content-type')).toBe('application/json');
    expect(missing.status).toBe(404);
    expect((await fetch(`${mailbox.url}/`, { method: 'POST' })).status).toBe(405);
  });
});
