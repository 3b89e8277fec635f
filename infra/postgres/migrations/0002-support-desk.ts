import { Migration } from '@mikro-orm/migrations';

/** What support works with: goods that ship, orders on hold, refunds by line that wait for someone, chargebacks. */
export class SupportDesk0002 extends Migration {
  override name = '0002-support-desk';

  override up(): void {
    for (const statement of [orderLife, holds, refunds, disputes]) this.addSql(statement);
  }
}

// The steps themselves are written from `domain/order-state` after every migration (infra/postgres/order-steps.ts).
const orderLife = `
create table order_steps (
  from_status varchar(50) not null,
  to_status varchar(50) not null,
  primary key (from_status, to_status)
);
alter table orders
  drop constraint orders_status_check,
  add constraint orders_status_check check (status in
    ('pending', 'paid', 'on_hold', 'shipped', 'delivered', 'partially_refunded', 'refunded', 'cancelled', 'expired')),
  add column fulfilment text not null default 'unfulfilled'
    check (fulfilment in ('unfulfilled', 'on_hold', 'shipped', 'delivered')),
  add column hold_reason varchar(500),
  add column carrier varchar(100),
  add column tracking_number varchar(100),
  add column shipped_at timestamptz,
  add column delivered_at timestamptz,
  add constraint orders_cancelled_never_shipped check (status <> 'cancelled' or shipped_at is null),
  add constraint orders_shipped_has_time check ((fulfilment in ('shipped', 'delivered')) = (shipped_at is not null));

create function order_status_steps() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from order_steps where from_status = old.status and to_status = new.status) then
    raise exception 'an order can''t step from % to %', old.status, new.status using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger order_status_steps before update of status on orders for each row
  when (old.status is distinct from new.status) execute function order_status_steps();

drop trigger order_tells_listeners on orders;
create trigger order_tells_listeners
  after update of status, last_payment_error, refunded_amount, expires_at, fulfilment, shipping_address on orders
  for each row execute function order_tells_listeners();

alter table order_events add column reason varchar(500);`;

const holds = `
alter table reservations add column extended_at timestamptz, add column extension_request varchar(255);`;

const refunds = `
alter table refunds
  drop constraint refunds_status_check,
  add constraint refunds_status_check check (status in
    ('awaiting_return', 'awaiting_approval', 'pending', 'succeeded', 'failed', 'rejected')),
  add column kind text not null default 'refund' check (kind in ('refund', 'cancellation', 'chargeback')),
  add column attempt integer not null default 1 check (attempt > 0),
  add column decided_by text,
  add column decision_reason varchar(500),
  add column decided_at timestamptz;
create function refund_tells_listeners() returns trigger language plpgsql as $$
begin
  perform pg_notify('order_changed', new.order_id::text);
  return null;
end $$;
create trigger refund_tells_listeners after insert or update of status on refunds
  for each row execute function refund_tells_listeners();
create index idx_refunds_order on refunds (order_id, created_at);
create index idx_refunds_waiting on refunds (created_at) where status in ('awaiting_return', 'awaiting_approval');

create table refund_items (
  refund_id uuid not null references refunds (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  restocked_at timestamptz,
  primary key (refund_id, product_id)
);`;

const disputes = `
create table disputes (
  id varchar(255) primary key,
  order_id uuid not null references orders (id),
  amount numeric(14, 2) not null check (amount > 0),
  currency char(3) not null,
  reason varchar(100) not null,
  status varchar(50) not null,
  evidence_due_by timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_disputes_order on disputes (order_id);`;
