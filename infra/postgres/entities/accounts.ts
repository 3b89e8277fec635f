import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Role } from '../../../domain/roles.ts';

export const User = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    email: p.string().length(255).unique(),
    /** When the owner last confirmed that emails to this address arrive. */
    emailVerifiedAt: p.datetime().nullable(),
    passwordHash: p.string().length(255).lazy().hidden(),
    /** A session of an earlier generation has ended. */
    sessionGeneration: p.integer().default(1),
    fullName: p.string().length(255).nullable(),
    role: p.string().length(50).$type<Role>().default('customer'),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p
      .datetime()
      .defaultRaw('now()')
      .onUpdate(() => new Date()),
  },
});
export type User = InferEntity<typeof User>;

/** What a link in an email about an account does. */
export type AccountTokenPurpose = 'reset_password' | 'verify_email' | 'change_email';

/** A link in an email about an account, by the hash of its secret. */
export const AccountToken = defineEntity({
  name: 'AccountToken',
  tableName: 'account_tokens',
  properties: {
    tokenHash: p.character().length(64).primary(),
    userId: p.uuid(),
    purpose: p.text().$type<AccountTokenPurpose>(),
    /** The address that the email goes to. */
    email: p.string().length(255),
    createdAt: p.datetime().defaultRaw('now()'),
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
  },
});
