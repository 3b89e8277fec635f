/**
 * Payment facts from Stripe. `payments` has a row for every PaymentIntent that names an order, written only from signed events and from
 * Stripe's API responses. Only an order's own PaymentIntent (`orders.payment_intent_id`) pays it; any other one that succeeded is
 * `unmatched` and is refunded.
 */
export const payments = `
create table payments (
  id varchar(255) primary key,
  order_id uuid not null references orders (id),
  status text not null check (status in ('open', 'in_flight', 'succeeded', 'canceled')),
  received_amount numeric(16, 3) not null default 0 check (received_amount >= 0),
  currency char(3) not null,
  -- Why it doesn't match its order; null if it does.
  unmatched_reason text check (unmatched_reason in ('other_intent', 'wrong_amount', 'wrong_currency')),
  refund_status text check (refund_status in ('pending', 'succeeded', 'failed')),
  stripe_refund_id varchar(255) unique,
  refund_failure text,
  refund_attempt integer not null default 1 check (refund_attempt > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payments_received_when_succeeded check (status <> 'succeeded' or received_amount > 0),
  constraint payments_unmatched_succeeded check (unmatched_reason is null or status = 'succeeded'),
  constraint payments_refund_only_unmatched check (refund_status is null or unmatched_reason is not null)
);
create index idx_payments_order on payments (order_id);
create index idx_payments_unmatched on payments (created_at) where unmatched_reason is not null and refund_status is distinct from 'succeeded';

-- Every declined payment attempt, by the charge's ID, so that a repeated event adds nothing.
create table payment_failures (
  attempt_id varchar(255) primary key,
  payment_id varchar(255) not null references payments (id),
  code varchar(100) not null,
  message varchar(500) not null,
  recorded_at timestamptz not null default now()
);
create index idx_payment_failures_payment on payment_failures (payment_id, recorded_at);

create table refunds (
  id uuid primary key,
  order_id uuid not null references orders (id),
  request_id varchar(255) not null,
  kind text not null default 'refund' check (kind in ('refund', 'cancellation', 'chargeback')),
  amount numeric(16, 3) not null check (amount > 0),
  currency char(3) not null,
  reason varchar(500) not null,
  restock boolean not null default false,
  -- Whether its units had not shipped when it was requested: refunding them cancels them, so they never ship.
  cancels_units boolean not null default false,
  status text not null default 'pending' check (status in
    ('awaiting_return', 'awaiting_approval', 'pending', 'succeeded', 'failed', 'rejected', 'withdrawn')),
  attempt integer not null default 1 check (attempt > 0),
  stripe_refund_id varchar(255) unique,
  failure_reason text,
  requested_by text not null,
  decided_by text,
  decision_reason varchar(500),
  decided_at timestamptz,
  -- When staff recorded that a failed refund was paid in another way, such as a bank transfer, so that nothing remains open.
  given_up_at timestamptz,
  -- The refund that used this unfinished one's amount or units.
  replaced_by uuid references refunds (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (order_id, request_id),
  constraint refunds_given_up_failed check (given_up_at is null or status = 'failed'),
  constraint refunds_replaced_rejected check (replaced_by is null or status = 'rejected')
);
create index idx_refunds_order on refunds (order_id, created_at);
create index idx_refunds_replaced on refunds (replaced_by) where replaced_by is not null;
create index idx_refunds_waiting on refunds (created_at) where status in ('awaiting_return', 'awaiting_approval');

create table refund_items (
  refund_id uuid not null references refunds (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  restocked_at timestamptz,
  primary key (refund_id, product_id)
);

-- The last defense against refunding items that also ship: units with an unfinished cancellation never ship.
create function shipping_respects_refunds() returns trigger language plpgsql as $$
begin
  if exists (select 1 from refunds where order_id = new.id and cancels_units and given_up_at is null
      and status in ('awaiting_approval', 'pending', 'failed')
      -- Restocked units are canceled permanently, whatever happens to the money.
      and not exists (select 1 from refund_items where refund_id = refunds.id and restocked_at is not null)) then
    raise exception 'order % has a refund of unshipped units that is not finished', new.id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger shipping_respects_refunds before update of fulfillment on orders for each row
  when (new.fulfillment = 'shipped' and old.fulfillment not in ('shipped', 'delivered')) execute function shipping_respects_refunds();

-- The last defense against shipping a unit twice, or one that was canceled or may be: per product, no more ships than was bought.
create function parcels_within_order() returns trigger language plpgsql as $$
declare
  parcel_order uuid := (select order_id from shipments where id = new.shipment_id);
  bought bigint := (select coalesce(sum(quantity), 0) from order_items
    where order_id = parcel_order and product_id = new.product_id);
  shipped bigint := (select coalesce(sum(item.quantity), 0) from shipment_items item join shipments on shipments.id = item.shipment_id
    where shipments.order_id = parcel_order and item.product_id = new.product_id);
  canceled bigint := (select coalesce(sum(item.quantity), 0) from refund_items item join refunds on refunds.id = item.refund_id
    where refunds.order_id = parcel_order and item.product_id = new.product_id and refunds.cancels_units
      and (refunds.status not in ('rejected', 'withdrawn') or item.restocked_at is not null));
begin
  if shipped + canceled > bought then
    raise exception 'order % ships more of product % than was bought and not canceled', parcel_order, new.product_id
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger parcels_within_order after insert or update on shipment_items for each row execute function parcels_within_order();

create function refund_notifies_listeners() returns trigger language plpgsql as $$
begin
  perform pg_notify('order_changed', new.order_id::text);
  return null;
end $$;
create trigger refund_notifies_listeners after insert or update of status, given_up_at on refunds
  for each row execute function refund_notifies_listeners();

create table disputes (
  id varchar(255) primary key,
  order_id uuid not null references orders (id),
  amount numeric(16, 3) not null check (amount > 0),
  currency char(3) not null,
  reason varchar(100) not null,
  status varchar(50) not null,
  evidence_due_by timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_disputes_order on disputes (order_id);
create index idx_disputes_open on disputes (evidence_due_by) where status in ('needs_response', 'warning_needs_response', 'under_review', 'warning_under_review');

create table stripe_events (
  id text primary key,
  type text not null,
  object_id text not null,
  order_id uuid,
  received_at timestamptz not null default now(),
  handled_at timestamptz
);
create index idx_stripe_events_unhandled on stripe_events (received_at) where handled_at is null;`;
