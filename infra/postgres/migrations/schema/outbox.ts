export const outbox = `
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

// These are triggers so that no writer of a product (API, import, refund) can forget the search index or the stock counters.
export const productTriggers = `
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
  if new.stock_quantity <> old.stock_quantity then
    new.stock_version := old.stock_version + 1;
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

-- Reserving and releasing change only reserved_quantity, and a sale lowers both quantities equally: the stock counters know of both already.
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
create trigger outbox_wakes_relay after insert on outbox for each statement execute function outbox_wakes_relay();`;
