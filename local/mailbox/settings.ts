/** The mailbox's settings. It is a separate program, so it reads its own environment. */
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535).default(0);

const schema = z.object({
  MAILBOX_HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  MAILBOX_PORT: port.describe('Port of the web page; 0 picks a free one'),
  MAILBOX_SMTP_PORT: port.describe('SMTP port; 0 picks a free one'),
  MAILBOX_DATA_DIR: z.string().min(1).describe('Folder of the database'),
});

export interface MailboxSettings {
  host: string;
  port: number;
  smtpPort: number;
  dataDir: string;
}

/** @throws Error that lists every invalid setting */
export function readMailboxSettings(environment: Record<string, string | undefined>): MailboxSettings {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name.startsWith('MAILBOX_') && value),
  );
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`Invalid settings of the local mailbox:\n${problems.join('\n')}`);
  }
  const values = parsed.data;
  return {
    host: values.MAILBOX_HOST,
    port: values.MAILBOX_PORT,
    smtpPort: values.MAILBOX_SMTP_PORT,
    dataDir: values.MAILBOX_DATA_DIR,
  };
}
