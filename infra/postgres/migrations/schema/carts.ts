export const carts = `
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
