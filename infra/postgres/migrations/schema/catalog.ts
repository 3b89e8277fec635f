/**
 * Prices have three decimals because some currencies do (KWD, BHD, JOD, OMR, TND); `domain/money` refuses more decimals than a
 * currency has. No index includes reserved_quantity or stock_quantity, so that reserving and selling stay heap-only updates.
 * The seed's covering index included the description, but a btree row holds 2,704 bytes at most and a description up to 5,000.
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
  -- Increases with every change of stock_quantity, including sales. A request that sets an absolute number names the version it was based on.
  stock_version bigint not null default 1,
  category_id uuid references categories (id),
  family_id uuid references product_families (id),
  is_family_lead boolean not null default true,
  option_values jsonb not null default '{}',
  tags text[] not null default '{}',
  image_url varchar(500) not null default '',
  version bigint not null default 1,
  -- Hash of the request that created it, if it had an Idempotency-Key.
  request_hash text,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint products_reserved_within_stock check (reserved_quantity between 0 and stock_quantity)
) with (fillfactor = 80);

-- Applied deliveries and corrections, by their reference, so that each is applied once.
create table stock_changes (
  product_id uuid not null references products (id) on delete cascade,
  reference text not null,
  delta integer not null,
  -- Hash of the API request that made it, if any.
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
