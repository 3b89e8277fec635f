export const inventory = `
create table reservations (
  id uuid primary key,
  owner text not null,
  cart_id uuid,
  -- Keyed hash of the client's address (IPv6: of its /64), for the limits of open reservations.
  address_hash text,
  status text not null check (status in ('held', 'committed', 'released', 'expired')),
  currency char(3) not null,
  expires_at timestamptz not null,
  extended_at timestamptz,
  extension_request varchar(255),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_reservations_held on reservations (expires_at) where status = 'held';
create index idx_reservations_held_owner on reservations (owner) where status = 'held';
create index idx_reservations_held_address on reservations (address_hash) where status = 'held' and address_hash is not null;
create index idx_reservations_updated on reservations (updated_at);

create table reservation_items (
  reservation_id uuid not null references reservations (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  unit_price numeric(12, 3) not null,
  primary key (reservation_id, product_id)
);
create index idx_reservation_items_product on reservation_items (product_id);`;
