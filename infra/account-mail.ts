/** Messages about accounts in the outbox, which the API writes and the worker handles. */
import { z } from 'zod';

/** Emails about an account. The key is the account's ID or a random ID, never an address. */
export const ACCOUNT_MAIL_TOPIC = 'account.mail';
/** A closed account, whose ID is the key: what the shop knows about the person is deleted. */
export const ACCOUNT_CLOSED_TOPIC = 'account.closed';

/** Whoever requests an email gets the same response whether an account exists, so the worker finds out. */
export const accountMail = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reset_password'), requestId: z.uuid(), email: z.string() }),
  z.object({ kind: z.literal('verify_email'), requestId: z.uuid(), userId: z.uuid() }),
  z.object({ kind: z.literal('change_email'), requestId: z.uuid(), userId: z.uuid(), email: z.string() }),
  /** To the previous address. `message` is the masked new one. */
  z.object({ kind: z.literal('email_changed'), email: z.string(), message: z.string() }),
  z.object({ kind: z.literal('password_changed'), userId: z.uuid() }),
  z.object({ kind: z.literal('account_closed'), email: z.string() }),
]);
export type AccountMail = z.infer<typeof accountMail>;
