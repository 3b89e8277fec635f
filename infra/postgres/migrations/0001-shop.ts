import { Migration } from '@mikro-orm/migrations';

/** The shop's tables: accounts, catalogue, stock, carts, orders, refunds, webhooks and the outbox. */
export class Shop0001 extends Migration {
  override name = '0001-shop';

  override up(): void {
    for (const statement of [accounts, catalogue, stock, carts, orders, refunds, inbox, outbox, triggers])
      this.addSql(statement);
  }
}

const accounts = `
create table users (
  id uuid primary key default gen_random_uuid(),
  email varchar(255) not null unique check (email = lower(email)),
  password_hash varchar(255) not null,
  full_name varchar(255),
  role varchar(50) not null default 'customer' check (role in ('customer', 'support', 'support_lead', 'admin')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);`;

// Indexes leave out reserved_quantity and stock_quantity, so that holding and selling stay heap-only updates.
// The seed's covering index carried the description; a btree row holds 2,704 bytes at most, a description up to 5,000.
const catalogue = `
create table categories (
  id uuid primary key default gen_random_uuid(),
  slug varchar(100) not null unique,
  name varchar(255) not null,
  description text not null default '',
  image_url varchar(500) not null default '',
  position integer not null default 0,
  created_at timestamptz not null default now()
);

create table product_families (
  id uuid primary key default gen_random_uuid(),
  name varchar(255) not null,
  option_names text[] not null default '{}',
  created_at timestamptz not null default now()
);

create table products (
  id uuid primary key default gen_random_uuid(),
  sku varchar(64) not null unique,
  name varchar(255) not null check (name <> ''),
  description text not null default '' check (length(description) <= 5000),
  price numeric(10, 2) not null check (price > 0 and price <= 999999.99),
  currency char(3) not null,
  stock_quantity integer not null default 0,
  reserved_quantity integer not null default 0,
  category_id uuid references categories (id),
  family_id uuid references product_families (id),
  is_family_lead boolean not null default true,
  option_values jsonb not null default '{}',
  tags text[] not null default '{}',
  image_url varchar(500) not null default '',
  version bigint not null default 1,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint products_held_within_stock check (reserved_quantity between 0 and stock_quantity)
) with (fillfactor = 80);

create index idx_products_category on products (category_id);
create index idx_products_family on products (family_id) where family_id is not null;
create index idx_products_newest on products (created_at desc, id desc) where deleted_at is null and is_family_lead;
create index idx_products_category_newest on products (category_id, created_at desc, id desc) where deleted_at is null and is_family_lead;
create index idx_products_price on products (price, id) where deleted_at is null and is_family_lead;
create index idx_products_category_price on products (category_id, price, id) where deleted_at is null and is_family_lead;
create index idx_products_price_created on products (price, created_at desc) include (name, image_url, category_id);`;

const stock = `
create table reservations (
  id uuid primary key,
  owner text not null,
  cart_id uuid,
  status text not null check (status in ('held', 'committed', 'released', 'expired')),
  currency char(3) not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_reservations_held on reservations (expires_at) where status = 'held';
create index idx_reservations_updated on reservations (updated_at);

create table reservation_items (
  reservation_id uuid not null references reservations (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  unit_price numeric(10, 2) not null,
  primary key (reservation_id, product_id)
);
create index idx_reservation_items_product on reservation_items (product_id);`;

const carts = `
create table carts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table cart_items (
  cart_id uuid not null references carts (id) on delete cascade,
  product_id uuid not null references products (id),
  quantity integer not null check (quantity between 1 and 100),
  added_at timestamptz not null default now(),
  primary key (cart_id, product_id)
);`;

const orders = `
create table orders (
  id uuid primary key,
  reservation_id uuid not null unique references reservations (id),
  user_id uuid references users (id),
  owner text not null,
  status varchar(50) not null default 'pending'
    check (status in ('pending', 'paid', 'partially_refunded', 'refunded', 'expired', 'cancelled')),
  total_amount numeric(14, 2) not null check (total_amount > 0),
  captured_amount numeric(14, 2) not null default 0 check (captured_amount >= 0),
  refunded_amount numeric(14, 2) not null default 0,
  currency char(3) not null,
  email varchar(255),
  shipping_address jsonb not null,
  payment_intent_id varchar(255) unique,
  payment_client_secret varchar(255),
  last_payment_error text,
  expires_at timestamptz not null,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint orders_refunded_within_captured check (refunded_amount between 0 and captured_amount)
);
create index idx_orders_user on orders (user_id, created_at desc, id desc);
create index idx_orders_owner on orders (owner, created_at desc, id desc);
create index idx_orders_status on orders (status);
create index idx_orders_pending on orders (expires_at) where status = 'pending';

create table order_items (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references orders (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  price numeric(10, 2) not null,
  sku varchar(64) not null,
  name varchar(255) not null,
  image_url varchar(500) not null
);
create index idx_order_items_order on order_items (order_id);
create index idx_order_items_product on order_items (product_id);

create table order_events (
  id bigint generated always as identity primary key,
  order_id uuid not null references orders (id),
  type text not null,
  message text not null,
  data jsonb not null default '{}',
  actor text not null default 'system',
  dedupe_key text,
  created_at timestamptz not null default now(),
  unique (order_id, dedupe_key)
);
create function order_events_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'order_events is append-only';
end $$;
create trigger order_events_append_only before update or delete on order_events for each row
  execute function order_events_append_only();`;

const refunds = `
create table refunds (
  id uuid primary key,
  order_id uuid not null references orders (id),
  request_id varchar(255) not null,
  amount numeric(14, 2) not null check (amount > 0),
  currency char(3) not null,
  reason varchar(500) not null,
  restock boolean not null default false,
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
  stripe_refund_id varchar(255) unique,
  failure_reason text,
  requested_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (order_id, request_id)
);`;

const inbox = `
create table stripe_events (
  id text primary key,
  type text not null,
  object_id text not null,
  order_id uuid,
  received_at timestamptz not null default now(),
  handled_at timestamptz
);
create index idx_stripe_events_unhandled on stripe_events (received_at) where handled_at is null;`;

const outbox = `
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key text not null,
  payload jsonb not null default '{}',
  attempts integer not null default 0,
  last_error text,
  available_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);
create index idx_outbox_topic on outbox (topic, id);`;

// Triggers, so that no writer of a product (API, import, refund) can forget the search index or the stock gate.
const triggers = `
create sequence product_version as bigint start 2;

create function product_changes() returns trigger language plpgsql as $$
begin
  if (new.name, new.description, new.price, new.currency, new.category_id, new.family_id, new.is_family_lead,
      new.option_values, new.tags, new.image_url, new.deleted_at, new.stock_quantity > 0)
     is distinct from
     (old.name, old.description, old.price, old.currency, old.category_id, old.family_id, old.is_family_lead,
      old.option_values, old.tags, old.image_url, old.deleted_at, old.stock_quantity > 0) then
    new.version := nextval('product_version');
    new.updated_at := now();
  end if;
  return new;
end $$;
create trigger product_changes before update on products for each row
  when (old.* is distinct from new.*) execute function product_changes();

create function product_to_outbox() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' or new.version <> old.version then
    insert into outbox (topic, key) values ('product.changed', new.id::text);
  end if;
  return null;
end $$;
create trigger product_to_outbox after insert or update on products for each row execute function product_to_outbox();

-- Holding and releasing touch reserved_quantity alone, and a sale lowers both alike: neither changes what is available here.
create function stock_to_outbox() returns trigger language plpgsql as $$
declare
  delta integer := new.stock_quantity - new.reserved_quantity;
begin
  if tg_op = 'UPDATE' then
    delta := delta - (old.stock_quantity - old.reserved_quantity);
  end if;
  if delta <> 0 or tg_op = 'INSERT' then
    insert into outbox (topic, key, payload) values ('stock.adjusted', new.id::text, jsonb_build_object('delta', delta));
  end if;
  return null;
end $$;
create trigger stock_to_outbox after insert or update of stock_quantity on products for each row
  execute function stock_to_outbox();

create function outbox_wakes_relay() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', '');
  return null;
end $$;
create trigger outbox_wakes_relay after insert on outbox for each statement execute function outbox_wakes_relay();

create function order_tells_listeners() returns trigger language plpgsql as $$
begin
  perform pg_notify('order_changed', new.id::text);
  return null;
end $$;
create trigger order_tells_listeners after update of status, last_payment_error, refunded_amount on orders
  for each row execute function order_tells_listeners();`;
