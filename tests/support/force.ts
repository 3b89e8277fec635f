import type { Database } from '../../infra/postgres/database.ts';

/** Runs statements without triggers, as anyone with the database's password can. */
export async function force(db: Database, statements: readonly string[], values: unknown[]): Promise<void> {
  await db.transaction(async (sql) => {
    await sql.run('set local session_replication_role = replica', []);
    for (const statement of statements) await sql.run(statement, values);
  });
}

/** Deletes orders that a test inserted directly: they have no charge, so the audit would report them. */
export function deleteOrders(db: Database, orderIds: readonly string[]): Promise<void> {
  const statements = [
    'delete from refund_items where refund_id in (select id from refunds where order_id = any($1))',
    'delete from shipment_items where shipment_id in (select id from shipments where order_id = any($1))',
    ...['shipments', 'refunds', 'disputes', 'payments', 'order_items', 'order_events', 'order_contact_changes'].map(
      (table) => `delete from ${table} where order_id = any($1)`,
    ),
    'delete from orders where id = any($1)',
  ];
  return force(db, statements, [orderIds]);
}
