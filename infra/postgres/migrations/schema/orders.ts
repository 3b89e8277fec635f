/** The allowed transitions are filled in from `domain/order-state` after every migration (infra/postgres/order-steps.ts). */
export const orders = `
create table order_steps (
  from_status varchar(50) not null,
  to_status varchar(50) not null,
  primary key (from_status, to_status)
);

-- Order numbers, as printed: 482-913-077. Multiplying by 556230567 modulo the prime 899999963 maps the values of the sequence one-to-one
-- to numbers that look random, so that numbers are unique without retries and do not show how many orders there are (decision 35).
create sequence order_numbers maxvalue 899999962;
create function next_order_number() returns text language sql volatile as $$
  select to_char(100000000 + nextval('order_numbers') * 556230567 % 899999963, 'FM999"-"999"-"999')
$$;

create table orders (
  id uuid primary key,
  number varchar(11) not null unique default next_order_number() check (number ~ '^[1-9][0-9]{2}-[0-9]{3}-[0-9]{3}$'),
  reservation_id uuid not null unique references reservations (id),
  -- Null for a guest, and once the account is closed.
  user_id uuid references users (id) on delete set null,
  owner text not null,
  status varchar(50) not null default 'pending' check (status in
    ('pending', 'paid', 'under_review', 'partially_shipped', 'shipped', 'delivered', 'partially_refunded', 'refunded', 'canceled', 'expired')),
  fulfillment text not null default 'unfulfilled' check (fulfillment in
    ('unfulfilled', 'under_review', 'partially_shipped', 'shipped', 'delivered')),
  review_reason varchar(500),
  total_amount numeric(16, 3) not null check (total_amount > 0),
  captured_amount numeric(16, 3) not null default 0 check (captured_amount >= 0),
  refunded_amount numeric(16, 3) not null default 0,
  currency char(3) not null,
  email varchar(255),
  shipping_address jsonb not null,
  payment_intent_id varchar(255) unique,
  payment_client_secret varchar(255),
  last_payment_error text,
  -- When the last parcel shipped and was delivered.
  shipped_at timestamptz,
  delivered_at timestamptz,
  expires_at timestamptz not null,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint orders_refunded_within_captured check (refunded_amount between 0 and captured_amount),
  constraint orders_canceled_never_shipped check (status <> 'canceled' or shipped_at is null),
  constraint orders_shipped_has_time check ((fulfillment in ('shipped', 'delivered')) = (shipped_at is not null))
);
create index idx_orders_user on orders (user_id, created_at desc, id desc);
create index idx_orders_owner on orders (owner, created_at desc, id desc);
create index idx_orders_status on orders (status);
create index idx_orders_pending on orders (expires_at) where status = 'pending';
create index idx_orders_paid on orders (paid_at, id) where paid_at is not null;

create table order_items (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references orders (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  price numeric(12, 3) not null,
  sku varchar(64) not null,
  name varchar(255) not null,
  image_url varchar(500) not null
);
create index idx_order_items_order on order_items (order_id);
create index idx_order_items_product on order_items (product_id);

-- The parcels of an order. Units of one order can ship separately.
create table shipments (
  id uuid primary key,
  order_id uuid not null references orders (id),
  carrier varchar(100) not null,
  tracking_number varchar(100) not null,
  shipped_at timestamptz not null default now(),
  delivered_at timestamptz,
  constraint shipments_shipped_before_delivered check (delivered_at >= shipped_at)
);
create index idx_shipments_order on shipments (order_id);

create table shipment_items (
  shipment_id uuid not null references shipments (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  primary key (shipment_id, product_id)
);

create table order_events (
  id bigint generated always as identity primary key,
  order_id uuid not null references orders (id),
  type text not null,
  message text not null,
  data jsonb not null default '{}',
  actor text not null default 'system',
  reason varchar(500),
  dedupe_key text,
  created_at timestamptz not null default now(),
  unique (order_id, dedupe_key)
);
create function order_events_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'order_events is append-only';
end $$;
create trigger order_events_append_only before update or delete on order_events for each row
  execute function order_events_append_only();

-- Earlier shipping and email addresses, for authorized staff. Personal data is here and not in order_events, so that it can be deleted.
create table order_contact_changes (
  order_id uuid not null references orders (id),
  kind text not null check (kind in ('address', 'email')),
  request_id varchar(255) not null,
  previous jsonb not null,
  -- Recognizes a repeated request.
  requested jsonb not null,
  actor text not null,
  changed_at timestamptz not null default now(),
  primary key (order_id, kind, request_id)
);

-- Keys of links to an order that were issued before this time no longer open it.
create table order_link_revocations (
  order_id uuid primary key references orders (id),
  revoked_at timestamptz not null
);

create function order_status_steps() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from order_steps where from_status = old.status and to_status = new.status) then
    raise exception 'an order can''t step from % to %', old.status, new.status using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger order_status_steps before update of status on orders for each row
  when (old.status is distinct from new.status) execute function order_status_steps();

create function order_notifies_listeners() returns trigger language plpgsql as $$
begin
  perform pg_notify('order_changed', new.id::text);
  return null;
end $$;
create trigger order_notifies_listeners
  after update of status, last_payment_error, refunded_amount, expires_at, fulfillment, shipping_address, email on orders
  for each row execute function order_notifies_listeners();

create function shipment_notifies_listeners() returns trigger language plpgsql as $$
begin
  perform pg_notify('order_changed', new.order_id::text);
  return null;
end $$;
create trigger shipment_notifies_listeners after insert or update on shipments
  for each row execute function shipment_notifies_listeners();`;
