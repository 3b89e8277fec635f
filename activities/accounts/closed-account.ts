/**
 * Removes what the shop stores about the person of a closed account: the addresses of their orders, earlier addresses, their recommendation
 * choices, and their name in analytics. The orders, their items, and their amounts stay, for the books.
 */
import type { Address } from '../../domain/address.ts';
import { userOwner } from '../../domain/identity.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { anyOf, now } from '../../infra/postgres/statement-parts.ts';
import { ORDER_CHANGED_TOPIC } from '../orders/signal-order.ts';
import type { CautiousHandler } from '../outbox/relay.ts';
import { FORGET_TOPIC } from '../recommendations/forget-handler.ts';

/** What a reader of an order sees instead of the address. The country stays, since taxes depend on it. */
const removed = (country: string): Address => ({ street: 'Removed', city: 'Removed', postal_code: '00000', country });

/** Safe to repeat: an order without a person has nothing left to remove. */
export function createClosedAccountHandler(): CautiousHandler {
  return {
    // The orders of one account per transaction.
    maxMessages: 1,
    handle: async (messages, sql) => {
      for (const { key } of messages) await removePerson(sql, key);
      return undefined;
    },
  };
}

async function removePerson(sql: Sql, userId: string): Promise<void> {
  const owner = userOwner(userId);
  const orders = await sql.rows(
    sql.query
      .selectFrom('orders')
      .select(['id', 'shipping_address'])
      .where('owner', '=', owner)
      .orderBy('id')
      .forUpdate(),
  );
  for (const { id, shipping_address } of orders)
    await sql.run(
      sql.query
        .updateTable('orders')
        .set({ email: null, shipping_address: removed(shipping_address.country), updated_at: now })
        .where('id', '=', id),
    );
  const ids = orders.map(({ id }) => id);
  await sql.run(sql.query.deleteFrom('order_contact_changes').where('order_id', '=', anyOf(ids)));
  await sql.run(sql.query.deleteFrom('shopper_choices').where('who', '=', owner));
  const changed = ids.map((key) => ({ topic: ORDER_CHANGED_TOPIC, key }));
  const forget = { topic: FORGET_TOPIC, key: owner, payload: { untilMs: Date.now() } };
  for (const message of [...changed, forget]) await sql.run(sql.query.insertInto('outbox').values(message));
}
