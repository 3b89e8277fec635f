import { z } from 'zod';
import { MAX_EMAIL_LENGTH } from '../../domain/email.ts';
import { ROLES } from '../../domain/roles.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from '../../domain/text.ts';
import { currency, emailAddress, text, timestamp, uuid } from './common.ts';

export const role = z.enum(ROLES);

const email = text(MAX_EMAIL_LENGTH).toLowerCase().pipe(emailAddress);
/** Not trimmed, since a password can start or end with spaces. Keyboards write the same character in different Unicode forms. */
const enteredPassword = z.string().normalize('NFKC').min(1).max(200);
const password = enteredPassword
  .min(10, 'use at least 10 characters')
  .refine((value) => !hasForbiddenCharacters(value), FORBIDDEN_CHARACTERS_HINT);
const fullName = text(255);

export const registerBody = z
  .strictObject({ email, password, full_name: fullName.optional() })
  .meta({ id: 'Registration' });
export const loginBody = z.strictObject({ email, password: enteredPassword }).meta({ id: 'Login' });
export const refreshBody = z.strictObject({ refresh_token: z.string().min(1) }).meta({ id: 'RefreshRequest' });
export const profilePatch = z.strictObject({ full_name: fullName.nullable() }).partial().meta({ id: 'ProfilePatch' });

/** From a link in an email. */
const token = z.string().min(1).max(100);
export const passwordResetRequest = z.strictObject({ email }).meta({ id: 'PasswordResetRequest' });
export const passwordReset = z.strictObject({ token, password }).meta({ id: 'PasswordReset' });
export const emailConfirmation = z.strictObject({ token }).meta({ id: 'EmailConfirmation' });
export const emailChange = z.strictObject({ email, password: enteredPassword }).meta({ id: 'EmailChange' });
export const passwordChange = z
  .strictObject({ current_password: enteredPassword, new_password: password })
  .meta({ id: 'PasswordChange' });
export const accountClosure = z.strictObject({ password: enteredPassword }).meta({ id: 'AccountClosure' });

export const user = z
  .object({
    id: uuid,
    email: z.string(),
    email_verified: z.boolean().meta({ description: 'Whether the owner confirmed the email address' }),
    full_name: z.string().nullable(),
    role,
    created_at: timestamp,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

export const session = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().meta({ description: 'Life of the access token in seconds' }),
    user,
    guest_cart: z.object({ id: uuid, currency }).optional().meta({
      description:
        'Set when the guest’s cart was not merged because its currency differs from the account’s cart; its items are kept',
    }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;

export const sessionList = z
  .object({
    items: z.array(
      z.object({
        id: uuid,
        device: z.string().meta({ description: 'Browser and device of the sign-in', examples: ['Chrome on Android'] }),
        started_at: timestamp,
        last_used_at: timestamp.meta({ description: 'When its tokens were last refreshed' }),
        is_current: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'SessionList' });
export type SessionList = z.infer<typeof sessionList>;
