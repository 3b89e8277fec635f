/** By which staff find the cases of an order: the parts of an order's row that become search attributes of its workflows. */
import type { ExpressionBuilder } from 'kysely';
import type { Settings } from '../config.ts';
import { emailHash } from '../email-hash.ts';
import type { Tables } from './entities/index.ts';

export interface TraitColumns {
  order_number: string;
  user_id: string | null;
  /** Where emails about the order go: the address of the order, or else its account's. */
  contact_email: string | null;
}

/** Selects `TraitColumns`, in a statement that selects from `orders`. */
export const traitColumns = (order: ExpressionBuilder<Pick<Tables, 'orders' | 'users'>, 'orders'>) => [
  order.ref('orders.number').as('order_number'),
  order.ref('orders.user_id').as('user_id'),
  order.fn
    .coalesce(
      'orders.email',
      order.selectFrom('users as account').select('account.email').whereRef('account.id', '=', 'orders.user_id'),
    )
    .$castTo<string | null>()
    .as('contact_email'),
];

export function orderTraits({ EMAIL_HASH_KEY }: Pick<Settings, 'EMAIL_HASH_KEY'>, row: TraitColumns) {
  const { order_number, user_id, contact_email } = row;
  return {
    orderNumber: order_number,
    customerId: user_id,
    emailHash: contact_email === null ? null : emailHash(EMAIL_HASH_KEY, contact_email),
  };
}
