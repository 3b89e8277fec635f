/** Sends emails over SMTP. A mail server's response is an outcome, not an exception, and never contains an address. */
import { createTransport } from 'nodemailer';
import type { Settings } from '../config.ts';
import { type Sender, senderOf } from './sender.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Becomes the Message-ID, so that recipients can recognize a repeated email. Letters, digits, dots, and dashes. */
  key: string;
  headers?: Readonly<Record<string, string>>;
}

export type MailOutcome =
  | { outcome: 'sent' }
  /** The mail server will never accept this email for this recipient. */
  | { outcome: 'refused'; reason: string }
  /** This email could not be sent now. */
  | { outcome: 'failed'; reason: string }
  /** No email can be sent now. */
  | { outcome: 'unreachable'; reason: string };

/** Maximum number of emails sent at the same time, each over its own connection. */
export const MAIL_CONNECTIONS = 5;
/** A reachable server answers at once; if it does not, retrying later is better than waiting. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Longer because spam filters check an email before the server's last response. */
const ANSWER_TIMEOUT_MS = 20_000;
/** Limits the whole exchange, for a server that keeps sending without finishing. */
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
      // Only for a connection that the server has closed meanwhile; the outbox retries other failures, where they are visible.
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
        // Prevents out-of-office replies.
        headers: { 'Auto-Submitted': 'auto-generated', ...headers },
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      });
      return { outcome: 'sent' };
    } catch (error) {
      return judge(error as SmtpError);
    }
  }

  /** Closes the connections; call this once no email is being sent. */
  close(): void {
    this.#transport.close();
  }
}

/** A failure reported by nodemailer. Its message may quote the server's response, and with it the recipient. */
export interface SmtpError {
  name?: string;
  code?: string;
  /** The SMTP command that failed, or `API` when nodemailer itself rejected the email. */
  command?: string;
  response?: string;
  responseCode?: number;
}

/** Responses to a recipient command that concern our connection: not authenticated, or a bad sequence of commands. */
const OUR_FAULT = new Set([503, 530, 534, 535, 538]);
const ABOUT_ONE_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA', 'API']);

/** Classifies a failure as permanent, temporary, or affecting every email. */
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

/** Whether a password would be sent over a network; then TLS is required unless the URL explicitly turns it off. */
function needsTls(smtpUrl: string): boolean {
  const { username, hostname, searchParams } = new URL(smtpUrl);
  const isThisMachine = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return username !== '' && !isThisMachine && !searchParams.has('requireTLS');
}
