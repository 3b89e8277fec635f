/**
 * Prices have three decimals, since some currencies have (KWD, BHD, JOD, OMR, TND); `domain/money` refuses more digits than a
 * currency has. Indexes leave out reserved_quantity and stock_quantity, so that reserving and selling stay heap-only updates.
 * The seed's covering index carried the description; a btree row holds 2,704 bytes at most, a description up to 5,000.
 */
export const catalog = `
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
  price numeric(12, 3) not null check (price > 0 and price <= 999999.99),
  currency char(3) not null check (currency ~ '^[a-z]{3}$'),
  stock_quantity integer not null default 0,
  reserved_quantity integer not null default 0,
  -- Increases with every change of stock_quantity, including sales: whoever sets an absolute number says which one it was based on.
  stock_version bigint not null default 1,
  category_id uuid references categories (id),
  family_id uuid references product_families (id),
  is_family_lead boolean not null default true,
  option_values jsonb not null default '{}',
  tags text[] not null default '{}',
  image_url varchar(500) not null default '',
  version bigint not null default 1,
  -- Of the request that made it, if it had an Idempotency-Key.
  request_hash text,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint products_reserved_within_stock check (reserved_quantity between 0 and stock_quantity)
) with (fillfactor = 80);

-- Deliveries and corrections that were counted, by their reference: the same one is counted once.
create table stock_changes (
  product_id uuid not null references products (id) on delete cascade,
  reference text not null,
  delta integer not null,
  -- Of the request that it came with, if it came by the API.
  request_hash text,
  created_at timestamptz not null default now(),
  primary key (product_id, reference)
);

create index idx_products_category on products (category_id);
create index idx_products_family on products (family_id) where family_id is not null;
create index idx_products_newest on products (created_at desc, id desc) where deleted_at is null and is_family_lead;
create index idx_products_category_newest on products (category_id, created_at desc, id desc) where deleted_at is null and is_family_lead;
create index idx_products_price on products (price, id) where deleted_at is null and is_family_lead;
create index idx_products_category_price on products (category_id, price, id) where deleted_at is null and is_family_lead;
create index idx_products_price_created on products (price, created_at desc) include (name, image_url, category_id);`;
