import { z } from 'zod';
import { MAX_EMAIL_LENGTH } from '../../domain/email.ts';
import { ROLES } from '../../domain/roles.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from '../../domain/text.ts';
import { currency, emailAddress, text, timestamp, uuid } from './common.ts';

export const role = z.enum(ROLES);

const email = text(MAX_EMAIL_LENGTH).toLowerCase().pipe(emailAddress);
/** Not trimmed: a password can start or end with spaces. */
const password = z
  .string()
  .min(10, 'use at least 10 characters')
  .max(200)
  .refine((value) => !hasForbiddenCharacters(value), FORBIDDEN_CHARACTERS_HINT);
const fullName = text(255);

export const registerBody = z
  .strictObject({ email, password, full_name: fullName.optional() })
  .meta({ id: 'Registration' });
export const loginBody = z.strictObject({ email, password: z.string().min(1).max(200) }).meta({ id: 'Login' });
export const refreshBody = z.strictObject({ refresh_token: z.string().min(1) }).meta({ id: 'RefreshRequest' });
export const profilePatch = z.strictObject({ full_name: fullName.nullable() }).partial().meta({ id: 'ProfilePatch' });

export const user = z
  .object({
    id: uuid,
    email: z.string(),
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
