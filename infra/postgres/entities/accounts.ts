import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Role } from '../../../domain/roles.ts';

export const User = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    email: p.string().length(255).unique(),
    passwordHash: p.string().length(255).lazy().hidden(),
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
