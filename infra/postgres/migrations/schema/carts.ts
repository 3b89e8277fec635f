export const carts = `
create table carts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique references users (id) on delete cascade,
  -- The latest additions that had an idempotency key, so that a repeated request adds nothing.
  recent_additions text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table cart_items (
  cart_id uuid not null references carts (id) on delete cascade,
  product_id uuid not null references products (id),
  quantity integer not null check (quantity between 1 and 100),
  -- The product's price when its quantity was last set, for a notice when it changes.
  price_when_added numeric(12, 3),
  added_at timestamptz not null default now(),
  primary key (cart_id, product_id)
);`;
