/**
 * Earlier shipping addresses and email addresses of orders, for authorized staff. They are personal data, so they are kept here and not in
 * `order_events`, which shoppers read and which is never changed: rows of this table can be deleted when a person's data must be.
 */
import type { Address } from '../../domain/address.ts';
import type { Sql } from '../../infra/postgres/database.ts';

export type Contact = { kind: 'address'; value: Address } | { kind: 'email'; value: { email: string | null } };

export interface ContactChange {
  orderId: string;
  requestId: string;
  actor: string;
  previous: Contact['value'];
  requested: Contact;
}

/** Records a change, in the transaction that makes it. */
export async function recordContactChange(
  sql: Sql,
  { orderId, requestId, actor, previous, requested }: ContactChange,
): Promise<void> {
  await sql.run(
    sql.query.insertInto('order_contact_changes').values({
      order_id: orderId,
      request_id: requestId,
      kind: requested.kind,
      previous,
      requested: requested.value,
      actor,
    }),
  );
}

/** Whether an earlier request with this ID was for the same value, as far as is known: its record may have been deleted. */
export async function wasSameContact(
  sql: Sql,
  orderId: string,
  requestId: string,
  { kind, value }: Contact,
): Promise<boolean> {
  const row = await sql.row(
    sql.query
      .selectFrom('order_contact_changes')
      .select((change) => change('requested', '=', value).as('is_same'))
      .where('order_id', '=', orderId)
      .where('kind', '=', kind)
      .where('request_id', '=', requestId),
  );
  return row === undefined || Boolean(row.is_same);
}

/** The newest are kept in the record, which every reload of the order adds to its workflow's history. */
const MAX_CONTACTS = 10;

export interface PreviousContact {
  kind: Contact['kind'];
  value: Contact['value'];
  /** Who replaced it, and when. */
  actor: string;
  at: string;
}

/** The replaced addresses of an order, oldest first. */
export async function readPreviousContacts(sql: Sql, orderId: string): Promise<PreviousContact[]> {
  const rows = await sql.rows(
    sql.query
      .selectFrom('order_contact_changes')
      .select(['kind', 'previous', 'actor', 'changed_at'])
      .where('order_id', '=', orderId)
      .orderBy('changed_at', 'desc')
      .orderBy('request_id', 'desc')
      .limit(MAX_CONTACTS),
  );
  return rows.reverse().map(({ kind, previous, actor, changed_at }) => ({
    kind,
    value: previous,
    actor,
    at: changed_at.toISOString(),
  }));
}
