/** Who may see and change an order: its account or guest, staff, and whoever opened it with a key from an email. */
import { DomainError } from '../../domain/errors.ts';
import { type LinkAccess, orderKey, readOrderKey } from '../../infra/order-links.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import type { FindOrderBody } from '../contracts/orders.ts';
import { ownersOf } from '../middleware/identity.ts';
import type { Viewer } from './order-reader.ts';

type Deps = Pick<ApiDependencies, 'db' | 'settings'>;

/** Time for which an order that was found by its number and email address can be viewed. */
const VIEW_SECONDS = 86_400;

/**
 * The caller as a viewer of one order, with the order's owner if the header X-Order-Key opens it.
 * @param access `change` for requests that change the order
 * @throws DomainError forbidden when the key is only for viewing
 */
export async function viewerOfOrder(
  ctx: ApiContext,
  { db, settings }: Deps,
  orderId: string,
  access: LinkAccess,
): Promise<Viewer> {
  const owners: string[] = ownersOf(ctx);
  const key = readOrderKey(settings.JWT_SECRET, orderId, ctx.get('X-Order-Key'));
  const owner = key && (await ownerOpenedBy(db, orderId, key.issuedAt));
  if (owner && !owners.includes(owner)) {
    if (access === 'change' && key.access === 'view')
      throw new DomainError('forbidden', 'To change this order, use the link in one of its emails, or sign in.');
    owners.push(owner);
  }
  return { owners, identity: ctx.state.identity };
}

/** The order's owner, unless the keys of that time were revoked. */
async function ownerOpenedBy(db: Deps['db'], orderId: string, issuedAt: Date): Promise<string | undefined> {
  const found = await db.row(
    db.query
      .selectFrom('orders')
      .leftJoin('order_link_revocations as revoked', 'revoked.order_id', 'orders.id')
      .select('orders.owner')
      .where('orders.id', '=', orderId)
      .where((order) =>
        order.or([order('revoked.revoked_at', 'is', null), order('revoked.revoked_at', '<', issuedAt)]),
      ),
  );
  return found?.owner;
}

/** @returns a key to view the order @throws DomainError not_found, for a wrong number and a wrong email address alike */
export async function findOrder(
  { db, settings }: Deps,
  { number, email }: FindOrderBody,
): Promise<{ id: string; key: string }> {
  const found = await db.row(
    db.query
      .selectFrom('orders')
      .leftJoin('users', 'users.id', 'orders.user_id')
      .select('orders.id')
      .where('orders.number', '=', number)
      .where((order) => order(order.fn('lower', [order.fn.coalesce('orders.email', 'users.email')]), '=', email)),
  );
  if (!found)
    throw new DomainError('not_found', 'No order matches this number and email address. Check both and try again.');
  const key = orderKey(settings.JWT_SECRET, found.id, { access: 'view', lifeSeconds: VIEW_SECONDS });
  return { id: found.id, key };
}
