/** Constraints and triggers of the database, the last line of defense. */
import { ACTIVITY_TESTS, type MistakesInFile } from '../mistake.ts';

const SCHEMA = 'infra/postgres/migrations/schema';
const CONSTRAINT_TESTS = ['infra/postgres'];

export const DATABASE: readonly MistakesInFile[] = [
  {
    file: `${SCHEMA}/orders.ts`,
    tests: CONSTRAINT_TESTS,
    replacements: [
      [
        'an order may have refunded more than it received',
        '  constraint orders_refunded_within_captured check (refunded_amount between 0 and captured_amount),\n',
        '',
      ],
      [
        'an order may change from any status to any other',
        'if not exists (select 1 from order_steps where',
        'if false and not exists (select 1 from order_steps where',
      ],
      ['events of an order may be deleted', 'before update or delete on order_events', 'before update on order_events'],
      ['events of an order may be changed', 'before update or delete on order_events', 'before delete on order_events'],
      [
        'a canceled order may have shipped',
        "  constraint orders_canceled_never_shipped check (status <> 'canceled' or shipped_at is null),\n",
        '',
      ],
      [
        'a reservation may have two orders',
        'reservation_id uuid not null unique references',
        'reservation_id uuid not null references',
      ],
      [
        'two orders may have the same number',
        'number varchar(11) not null unique default',
        'number varchar(11) not null default',
      ],
      [
        'order numbers count up',
        "nextval('order_numbers') * 556230567 % 899999963",
        "nextval('order_numbers') % 899999963",
      ],
      [
        'two orders may share a PaymentIntent',
        'payment_intent_id varchar(255) unique,',
        'payment_intent_id varchar(255),',
      ],
    ],
  },
  {
    file: `${SCHEMA}/catalog.ts`,
    tests: CONSTRAINT_TESTS,
    replacements: [
      [
        'more may be reserved than is in stock',
        'check (reserved_quantity between 0 and stock_quantity)',
        'check (reserved_quantity >= 0)',
      ],
    ],
  },
  {
    file: `${SCHEMA}/inventory.ts`,
    tests: [...CONSTRAINT_TESTS, 'activities/reservations'],
    replacements: [
      [
        'a shopper may have two open reservations',
        'create unique index idx_reservations_reserved_owner',
        'create index idx_reservations_reserved_owner',
      ],
      [
        'concurrent requests of one shopper don’t wait for each other',
        '    perform pg_advisory_xact_lock(lock_key);',
        '    perform lock_key;',
      ],
      [
        'an order is placed with a reservation that is being replaced',
        'owner = any(owners) order by id for no key update;',
        'owner = any(owners) order by id;',
      ],
    ],
  },
  {
    file: `${SCHEMA}/payments.ts`,
    tests: CONSTRAINT_TESTS,
    replacements: [
      [
        'units with a failed refund may ship',
        "and status in ('awaiting_approval', 'pending', 'failed')",
        "and status in ('awaiting_approval', 'pending')",
      ],
      [
        'a payment that is the order’s own may be refunded as unmatched',
        ',\n  constraint payments_refund_only_unmatched check (refund_status is null or unmatched_reason is not null)',
        '',
      ],
      [
        'two refunds may share a refund at Stripe',
        'stripe_refund_id varchar(255) unique,\n  failure_reason text,',
        'stripe_refund_id varchar(255),\n  failure_reason text,',
      ],
      [
        'a refund that did not fail may be given up',
        "  constraint refunds_given_up_failed check (given_up_at is null or status = 'failed'),\n",
        '',
      ],
    ],
  },
  {
    file: `${SCHEMA}/carts.ts`,
    tests: CONSTRAINT_TESTS,
    replacements: [
      [
        'a cart may contain any number of a product',
        'quantity integer not null check (quantity between 1 and 100)',
        'quantity integer not null',
      ],
    ],
  },
  {
    file: `${SCHEMA}/outbox.ts`,
    tests: ['activities/reservations', ...ACTIVITY_TESTS, 'api/catalog', 'infra/postgres'],
    replacements: [
      [
        'a sale is deducted from the stock counter twice',
        'delta := delta - (old.stock_quantity - old.reserved_quantity);',
        'delta := new.stock_quantity - old.stock_quantity;',
      ],
      [
        'changes of a product don’t reach search',
        "if tg_op = 'INSERT' or new.version <> old.version then",
        "if tg_op = 'INSERT' then",
      ],
    ],
  },
];
