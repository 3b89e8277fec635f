export const inventory = `
create table reservations (
  id uuid primary key,
  owner text not null,
  cart_id uuid,
  -- Keyed hash of the client's address (IPv6: of its /64), for the limits on open reservations.
  address_hash text,
  status text not null check (status in ('reserved', 'committed', 'released', 'expired')),
  currency char(3) not null,
  expires_at timestamptz not null,
  extended_at timestamptz,
  extension_request varchar(255),
  -- The shopper's earlier reservations that this one replaced, so that a retry can report them to the stock counters again.
  replaces uuid[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_reservations_reserved on reservations (expires_at) where status = 'reserved';
-- A shopper has one open reservation at a time.
create unique index idx_reservations_reserved_owner on reservations (owner) where status = 'reserved';
create index idx_reservations_reserved_address on reservations (address_hash) where status = 'reserved' and address_hash is not null;
create index idx_reservations_updated on reservations (updated_at);

create table reservation_items (
  reservation_id uuid not null references reservations (id),
  product_id uuid not null references products (id),
  quantity integer not null check (quantity > 0),
  unit_price numeric(12, 3) not null,
  primary key (reservation_id, product_id)
);
create index idx_reservation_items_product on reservation_items (product_id);

-- Locks shoppers and addresses until the transaction ends, then reads their open reservations. This is a function to save round trips:
-- each of its statements sees everything committed before it, including the changes of the transaction that held the lock before.
create function lock_shoppers(ids uuid[], owners text[], addresses text[]) returns jsonb language plpgsql as $$
declare
  lock_key bigint;
  open_reservations jsonb := '[]';
begin
  for lock_key in select distinct hashtextextended(name, 0) as key from unnest(owners || addresses) name order by key loop
    perform pg_advisory_xact_lock(lock_key);
  end loop;
  -- Placing an order locks its reservation's row, so none can be placed from here on, and the query below sees those placed before.
  perform 1 from reservations where status = 'reserved' and owner = any(owners) order by id for no key update;
  if found then
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', r.id, 'owner', r.owner, 'addressHash', r.address_hash, 'currency', r.currency, 'expiresAt', r.expires_at,
        'hasOrder', exists (select 1 from orders where reservation_id = r.id and status = 'pending'),
        'lines', (select jsonb_agg(jsonb_build_object('productId', item.product_id, 'quantity', item.quantity) order by item.product_id)
          from reservation_items item where item.reservation_id = r.id))), '[]')
      into open_reservations from reservations r where r.status = 'reserved' and r.owner = any(owners);
  end if;
  return jsonb_build_object(
    'known', (select coalesce(jsonb_agg(id), '[]') from reservations where id = any(ids)),
    'open', open_reservations,
    'addresses', (
      select coalesce(jsonb_agg(used), '[]') from (
        select r.address_hash as "addressHash", count(distinct r.id)::int as open, sum(item.quantity)::int as units
        from reservations r join reservation_items item on item.reservation_id = r.id
        where r.status = 'reserved' and r.address_hash = any(addresses) group by r.address_hash) used));
end $$;`;
