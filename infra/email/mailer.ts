/** Sends mails over SMTP. What a mail server may answer is an outcome, not an exception, and never holds an address. */
import { createTransport } from 'nodemailer';
import type { Settings } from '../config.ts';
import { type Sender, senderOf } from './sender.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Becomes the Message-ID, so that a mail that is sent again can be recognised: letters, digits, dots and dashes. */
  key: string;
  headers?: Readonly<Record<string, string>>;
}

export type MailOutcome =
  | { outcome: 'sent' }
  /** The mail server will never take this mail for this recipient. */
  | { outcome: 'refused'; reason: string }
  /** This mail could not be sent now. */
  | { outcome: 'failed'; reason: string }
  /** No mail can be sent now. */
  | { outcome: 'unreachable'; reason: string };

/** Mails sent at the same time, each over a connection of its own. */
export const MAIL_CONNECTIONS = 5;
/** A server in reach answers at once; one that does not is asked again later rather than waited for. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Spam filters look at a mail before its last answer comes. */
const ANSWER_TIMEOUT_MS = 20_000;
/** Also for a server that keeps the line busy without ever coming to an end. */
const SEND_TIMEOUT_MS = 30_000;

type MailerSettings = Pick<Settings, 'SMTP_URL' | 'MAIL_FROM' | 'SHOP_NAME' | 'STOREFRONT_URL'>;

export class Mailer {
  readonly #transport;
  readonly #sender: Sender;

  constructor(settings: MailerSettings) {
    this.#sender = senderOf(settings);
    this.#transport = createTransport({
      pool: true,
      url: settings.SMTP_URL,
      ...(needsTls(settings.SMTP_URL) && { requireTLS: true }),
      maxConnections: MAIL_CONNECTIONS,
      // Only for a connection that the server had closed meanwhile; other failures are for the outbox, where they show.
      maxRequeues: 1,
      dnsTimeout: CONNECT_TIMEOUT_MS,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: ANSWER_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(mail: Mail): Promise<MailOutcome> {
    const { key, headers, ...content } = mail;
    const domain = this.#sender.address.slice(this.#sender.address.lastIndexOf('@') + 1);
    try {
      await this.#transport.sendMail({
        ...content,
        from: this.#sender,
        to: { name: '', address: mail.to },
        messageId: `<${key}@${domain}>`,
        // Nobody's absence note is to answer a mail that a program wrote.
        headers: { 'Auto-Submitted': 'auto-generated', ...headers },
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      });
      return { outcome: 'sent' };
    } catch (error) {
      return judge(error as SmtpError);
    }
  }

  /** Closes the connections; call it when nothing is being sent any more. */
  close(): void {
    this.#transport.close();
  }
}

/** What nodemailer says of a failure. Its message may quote the server's answer, and with it the recipient. */
export interface SmtpError {
  name?: string;
  code?: string;
  /** The SMTP command that failed, or `API` when nodemailer itself refused. */
  command?: string;
  response?: string;
  responseCode?: number;
}

/** Answers to a recipient that are about us: not signed in, or the conversation out of step. */
const OUR_FAULT = new Set([503, 530, 534, 535, 538]);
const ABOUT_ONE_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA', 'API']);

/** Whether a failure is for good, for now, or for every mail. */
export function judge(error: SmtpError): Exclude<MailOutcome, { outcome: 'sent' }> {
  const { code, command = '', responseCode = 0 } = error;
  const reason = describe(error);
  const isAboutRecipient = command === 'RCPT TO' || command === 'DATA';
  if (isAboutRecipient && responseCode >= 500 && !OUR_FAULT.has(responseCode)) return { outcome: 'refused', reason };
  if (code === 'EENVELOPE' && command === 'API') return { outcome: 'refused', reason: 'not an address' };
  if (command !== '' && !ABOUT_ONE_MAIL.has(command)) return { outcome: 'unreachable', reason };
  return { outcome: 'failed', reason };
}

function describe({ name, code, command, response, responseCode }: SmtpError): string {
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  const answer = responseCode ? `answered ${responseCode}${status ? ` (${status})` : ''}` : (code ?? name ?? 'failed');
  return command ? `${command}: ${answer}` : answer;
}

/** Whether a password would cross a network: then it does so encrypted, or the URL says in so many words that it need not. */
function needsTls(smtpUrl: string): boolean {
  const { username, hostname, searchParams } = new URL(smtpUrl);
  const isThisMachine = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return username !== '' && !isThisMachine && !searchParams.has('requireTLS');
}
