/** Received emails in one SQLite file with a write-ahead log, so that accepted ones survive a killed process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Beyond this number, the oldest emails are deleted. */
export const MAX_MESSAGES = 1_000;

export interface ReceivedMail {
  /** Includes the angle brackets; null when the email has none. */
  messageId: string | null;
  /** Envelope recipients in lower case, to whom it is delivered regardless of its headers. */
  recipients: readonly string[];
  from: string;
  subject: string;
  text: string;
  /** Null for a plain text email. */
  html: string | null;
  headers: Readonly<Record<string, string>>;
  /** The raw email. */
  source: Uint8Array;
}

export interface Summary {
  id: number;
  message_id: string | null;
  from: string;
  to: string[];
  subject: string;
  /** ISO 8601. */
  received_at: string;
}

export interface Message extends Summary {
  text: string;
  html: string | null;
  /** By name in lower case; the first value of repeated headers. */
  headers: Record<string, string>;
}

export interface ListQuery {
  /** Only emails to this address. */
  to?: string;
  /** Only emails received before the one with this ID. */
  before?: number;
  limit: number;
}

interface Row {
  id: number;
  message_id: string | null;
  sender: string;
  recipients: string;
  subject: string;
  received_at: string;
}

const SUMMARY = 'id, message_id, sender, recipients, subject, received_at';
const TO = '(:to is null or exists (select 1 from json_each(recipients) where value = :to))';

export class MailStore {
  readonly #database: DatabaseSync;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#database = new DatabaseSync(join(dataDir, 'mailbox.db'));
    // NORMAL does not sync the log at each commit: a killed process loses nothing, but a power failure may lose the last moments.
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000');
    this.#database.exec(`
      create table if not exists messages (
        id integer primary key autoincrement,
        message_id text unique,
        received_at text not null,
        sender text not null,
        recipients text not null,
        subject text not null,
        text text not null,
        html text,
        headers text not null,
        source blob not null
      )`);
  }

  /** Stores an email once per Message-ID. @returns whether it is new */
  keep(mail: ReceivedMail): boolean {
    const { changes } = this.#database
      .prepare(
        `insert into messages (message_id, received_at, sender, recipients, subject, text, html, headers, source)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (message_id) do nothing`,
      )
      .run(
        mail.messageId,
        new Date().toISOString(),
        mail.from,
        JSON.stringify(mail.recipients),
        mail.subject,
        mail.text,
        mail.html,
        JSON.stringify(mail.headers),
        mail.source,
      );
    if (changes === 0) return false;
    this.#database
      .prepare('delete from messages where id <= (select id from messages order by id desc limit 1 offset ?)')
      .run(MAX_MESSAGES);
    return true;
  }

  /** Newest first. */
  list({ to, before, limit }: ListQuery): Summary[] {
    const rows = this.#database
      .prepare(
        `select ${SUMMARY} from messages where ${TO} and (:before is null or id < :before) order by id desc limit :limit`,
      )
      .all({ to: to?.toLowerCase() ?? null, before: before ?? null, limit });
    return (rows as unknown as Row[]).map(toSummary);
  }

  count(to?: string): number {
    const row = this.#database
      .prepare(`select count(*) as total from messages where ${TO}`)
      .get({ to: to?.toLowerCase() ?? null });
    return Number(row!.total);
  }

  get(id: number): Message | undefined {
    const row = this.#database.prepare(`select ${SUMMARY}, text, html, headers from messages where id = ?`).get(id) as
      | (Row & { text: string; html: string | null; headers: string })
      | undefined;
    return (
      row && {
        ...toSummary(row),
        text: row.text,
        html: row.html,
        headers: JSON.parse(row.headers) as Record<string, string>,
      }
    );
  }

  source(id: number): Uint8Array | undefined {
    const row = this.#database.prepare('select source from messages where id = ?').get(id);
    return row?.source as Uint8Array | undefined;
  }

  /** @returns the number of deleted emails */
  clear(): number {
    return Number(this.#database.prepare('delete from messages').run().changes);
  }

  close(): void {
    this.#database.close();
  }
}

function toSummary({ id, message_id, sender, recipients, subject, received_at }: Row): Summary {
  return { id, message_id, from: sender, to: JSON.parse(recipients) as string[], subject, received_at };
}
