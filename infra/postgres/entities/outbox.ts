import { defineEntity, p } from '@mikro-orm/core';

/** A message to be delivered after its transaction has been committed. */
export const OutboxMessage = defineEntity({
  name: 'OutboxMessage',
  tableName: 'outbox',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    topic: p.text(),
    key: p.text(),
    payload: p.json().$type<Record<string, unknown>>().defaultRaw("'{}'"),
    attempts: p.integer().default(0),
    lastError: p.text().nullable(),
    availableAt: p.datetime().defaultRaw('now()'),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});
