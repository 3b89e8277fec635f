import { describe, expect, it } from 'vitest';
import { judge } from './mailer.ts';

describe('a failure to send', () => {
  it.each([550, 551, 552, 553, 554, 501])(
    'is for good when the recipient or the mail is refused with %d',
    (responseCode) => {
      for (const command of ['RCPT TO', 'DATA'])
        expect(judge({ code: 'EENVELOPE', command, responseCode }).outcome).toBe('refused');
    },
  );

  it('is for good when there is no address to send to', () => {
    expect(judge({ code: 'EENVELOPE', command: 'API' })).toEqual({ outcome: 'refused', reason: 'not an address' });
  });

  it.each([
    { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 450 },
    { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 530 },
    { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 },
    { code: 'EMESSAGE', command: 'DATA', responseCode: 451 },
    { name: 'TimeoutError' },
  ])('is for now with %o', (error) => {
    expect(judge(error).outcome).toBe('failed');
  });

  it.each([
    { code: 'ECONNECTION', command: 'CONN' },
    { code: 'EDNS', command: 'CONN' },
    { code: 'ETLS', command: 'STARTTLS' },
    { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 },
  ])('is for every mail with %o', (error) => {
    expect(judge(error).outcome).toBe('unreachable');
  });

  it('is told without the address that the server names', () => {
    const response = '550 5.1.1 <someone@example.test>: no such user';
    const { reason } = judge({ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response });
    expect(reason).toBe('RCPT TO: answered 550 (5.1.1)');
  });
});
