/** Receives emails over SMTP, without authentication or encryption because it listens only on this machine. */
import PostalMime, { type Address, type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { MailStore, ReceivedMail } from './store.ts';

const MAX_MAIL_BYTES = 10 * 1024 * 1024;
/** How long clients may take to finish when the mailbox stops. */
export const STOP_WITHIN_MS = 1_000;

/** An SMTP error response. */
class Refusal extends Error {
  override name = 'Refusal';
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Refuses test addresses, to see how the shop reacts: `refused@…`, `busy@…`, also `refused+anything@…`. */
export function refusalOf(address: string): { responseCode: number; message: string } | undefined {
  const name = /^(refused|busy)(?:\+[^@]*)?@/i.exec(address)?.[1]?.toLowerCase();
  if (name === 'refused') return { responseCode: 550, message: `5.1.1 <${address}>: mailbox not found` };
  if (name === 'busy')
    return { responseCode: 451, message: `4.2.1 <${address}>: temporarily unavailable, try again later` };
  return undefined;
}

export function createSmtpServer(store: MailStore): SMTPServer {
  return new SMTPServer({
    name: 'mailbox.localhost',
    banner: 'local mailbox',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: MAX_MAIL_BYTES,
    closeTimeout: STOP_WITHIN_MS,
    onRcptTo: ({ address }, _session, answer) => {
      const refusal = refusalOf(address);
      answer(refusal && new Refusal(refusal.responseCode, refusal.message));
    },
    onData: (stream, session, answer) => {
      receive(stream, session, store).then(
        () => answer(),
        (error: unknown) => {
          const isBrokenOff = (error as { code?: string }).code === 'ECONNECTION';
          if (!(error instanceof Refusal) && !isBrokenOff) console.error(error);
          answer(error instanceof Refusal ? error : new Refusal(451, '4.3.0 The message could not be stored.'));
        },
      );
    },
  });
}

async function receive(stream: SMTPServerDataStream, { envelope }: SMTPServerSession, store: MailStore): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  if (stream.sizeExceeded) throw new Refusal(552, `5.3.4 The message is larger than ${MAX_MAIL_BYTES} bytes.`);
  const source = Buffer.concat(chunks);
  const recipients = envelope.rcptTo.map(({ address }) => address.toLowerCase());
  store.keep(toReceivedMail(source, recipients, await PostalMime.parse(source)));
}

function toReceivedMail(source: Buffer, recipients: string[], parsed: Email): ReceivedMail {
  const headers: Record<string, string> = {};
  for (const { key, value } of parsed.headers) headers[key] ??= value;
  return {
    messageId: parsed.messageId ?? null,
    recipients,
    from: parsed.from ? describe(parsed.from) : '',
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html ?? null,
    headers,
    source,
  };
}

function describe({ name, address }: Address): string {
  if (!address) return name;
  return name ? `${name} <${address}>` : address;
}
