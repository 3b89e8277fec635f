// Bytes are stored uncompressed because these numbers do not compress and trying would cost time.
const models = `
create table recommendation_models (
  id varchar(64) primary key,
  trained_until timestamptz not null,
  -- Its evaluation: sizes, and scores compared with the model that was served then.
  report jsonb not null default '{}',
  -- When it was first served; null for a model that was not good enough.
  published_at timestamptz,
  -- The model that it replaced then, to which a rollback returns.
  served_before varchar(64) references recommendation_models (id),
  created_at timestamptz not null default now()
);

create table recommendation_parts (
  owner varchar(64) not null,
  name varchar(40) not null,
  part integer not null,
  bytes bytea not null,
  primary key (owner, name, part)
);
alter table recommendation_parts alter column bytes set storage external;

-- An artifact exists when its row here does: parts without a row are from a writer that was killed.
create table recommendation_artifacts (
  owner varchar(64) not null,
  name varchar(40) not null,
  parts integer not null,
  byte_count bigint not null,
  sha256 char(64) not null,
  created_at timestamptz not null default now(),
  primary key (owner, name)
);

-- At most one row: updating it switches the served model.
create table recommendation_serving (
  one boolean primary key default true check (one),
  model_id varchar(64) not null references recommendation_models (id),
  since timestamptz not null default now()
);`;

// Guests are identified by the hash of their cart's ID, as in the analytics events.
const choices = `
create table shopper_choices (
  who text primary key check (who ~ '^(user:[0-9a-f-]{36}|visitor:[0-9a-f]{32})$'),
  personalized boolean not null default true,
  -- Behavior recorded before this time is ignored.
  forgotten_at timestamptz,
  updated_at timestamptz not null default now()
);`;

// This is a trigger so that no writer of an order can leave its shopper with outdated recommendations. A refund of single lines changes
// the amount but not always the status. A guest's order has its owner as the key because only their cart changed.
const freshness = `
create function order_changes_taste() returns trigger language plpgsql as $$
begin
  insert into outbox (topic, key) values ('taste.changed', coalesce(new.user_id::text, new.owner));
  return null;
end $$;
create trigger order_changes_taste after update of status, refunded_amount on orders for each row
  when (new.paid_at is not null
    and (old.paid_at is null or new.user_id is not null
      and (old.status is distinct from new.status or old.refunded_amount is distinct from new.refunded_amount)))
  execute function order_changes_taste();`;

// Purchases for both training and recommendations, net of refunds: a line with all units refunded is not a purchase. A refund in
// progress at Stripe counts as refunded, as it does in the order's refunded_amount.
const purchasedLines = `
create view purchased_lines as
select o.id as order_id, o.user_id, o.paid_at, item.product_id
from orders o join order_items item on item.order_id = o.id
where o.paid_at is not null and o.status in
    ('paid', 'under_review', 'partially_shipped', 'shipped', 'delivered', 'partially_refunded')
  and (o.refunded_amount = 0 or item.quantity > coalesce((
    select sum(back.quantity) from refunds refund join refund_items back on back.refund_id = refund.id
    where refund.order_id = o.id and back.product_id = item.product_id
      and (refund.status = 'succeeded' or refund.status = 'pending' and refund.stripe_refund_id is not null)), 0));`;

export const recommendations = [models, choices, freshness, purchasedLines];
