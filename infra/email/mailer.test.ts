import { describe, expect, it } from 'vitest';
import { judge } from './mailer.ts';

describe('a send failure', () => {
  it.each([550, 551, 552, 553, 554, 501])(
    'is permanent when the server refuses the recipient or the mail with %d',
    (responseCode) => {
      for (const command of ['RCPT TO', 'DATA'])
        expect(judge({ code: 'EENVELOPE', command, responseCode }).outcome).toBe('refused');
    },
  );

  it('is permanent when there is no recipient address', () => {
    expect(judge({ code: 'EENVELOPE', command: 'API' })).toEqual({ outcome: 'refused', reason: 'not an address' });
  });

  it.each([
    { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 450 },
    { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 530 },
    { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 },
    { code: 'EMESSAGE', command: 'DATA', responseCode: 451 },
    { name: 'TimeoutError' },
  ])('is temporary with %o', (error) => {
    expect(judge(error).outcome).toBe('failed');
  });

  it.each([
    { code: 'ECONNECTION', command: 'CONN' },
    { code: 'EDNS', command: 'CONN' },
    { code: 'ETLS', command: 'STARTTLS' },
    { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 },
  ])('affects every mail with %o', (error) => {
    expect(judge(error).outcome).toBe('unreachable');
  });

  it('is reported without the address that the server names', () => {
    const response = '550 5.1.1 <someone@example.test>: no such user';
    const { reason } = judge({ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response });
    expect(reason).toBe('RCPT TO: answered 550 (5.1.1)');
  });
});
