/** Carts in PostgreSQL. A guest's cart is identified by its ID alone, an account's cart by the account. */

import { randomUUID } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { cartOwner, type Owner, userOwner } from '../../domain/identity.ts';
import { fromDecimal, lineTotalCents, sumCents, toDecimal } from '../../domain/money.ts';
import type { Settings } from '../../infra/config.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import type { Cart } from '../contracts/cart.ts';
import { MAX_QUANTITY } from '../contracts/common.ts';
import { MAX_RESERVATION_LINES } from '../contracts/reservations.ts';

export interface CartOwner {
  userId?: string;
  cartId?: string;
}

/** The name under which a cart is cached: the account's, else the guest cart's. */
export function cartNameOf({ userId, cartId }: CartOwner): Owner | undefined {
  return userId ? userOwner(userId) : cartId ? cartOwner(cartId) : undefined;
}

/** The ID of the owner's cart, or undefined if no item was ever added. */
export async function findCart(sql: Sql, owner: CartOwner): Promise<string | undefined> {
  const carts = sql.query.selectFrom('carts').select('id');
  if (owner.userId) return (await sql.row(carts.where('user_id', '=', owner.userId)))?.id;
  if (!owner.cartId) return undefined;
  const row = await sql.row(carts.where('id', '=', owner.cartId).where('user_id', 'is', null));
  return row?.id;
}

type CartSettings = Pick<Settings, 'CURRENCY' | 'RESERVATION_MAX_UNITS_PER_OWNER' | 'RESERVATION_MAX_UNITS_PER_GUEST'>;

/**
 * A cart has one currency: that of its first item, or the shop's while it is empty. An item whose product is now sold in another currency
 * stays visible, but can't be bought and is not part of the total.
 */
export async function readCart(
  sql: Sql,
  owner: CartOwner,
  { CURRENCY, RESERVATION_MAX_UNITS_PER_OWNER, RESERVATION_MAX_UNITS_PER_GUEST }: CartSettings,
): Promise<Cart> {
  const id = await findCart(sql, owner);
  const rows = id ? await readItems(sql, id) : [];
  const currency = rows[0]?.currency ?? CURRENCY;
  const totals = rows.map((row) => lineTotalCents(fromDecimal(row.price, row.currency), row.quantity));
  return {
    id: id ?? (owner.userId ? randomUUID() : (owner.cartId ?? randomUUID())),
    items: rows.map((row, index) => ({
      product_id: row.product_id,
      sku: row.sku,
      name: row.name,
      image_url: row.image_url,
      price: Number(row.price),
      price_when_added: changedPrice(row),
      currency: row.currency,
      quantity: row.quantity,
      line_total: toDecimal(totals[index]!, row.currency),
      available_quantity: row.currency === currency ? Math.max(0, row.available) : 0,
    })),
    item_count: rows.reduce((count, row) => count + row.quantity, 0),
    total: toDecimal(sumCents(totals.filter((_, index) => rows[index]!.currency === currency)), currency),
    currency,
    max_units: owner.userId ? RESERVATION_MAX_UNITS_PER_OWNER : RESERVATION_MAX_UNITS_PER_GUEST,
    max_products: MAX_RESERVATION_LINES,
  };
}

function changedPrice({ price, price_when_added: before }: { price: string; price_when_added: string | null }) {
  return before === null || Number(before) === Number(price) ? null : Number(before);
}

function readItems(sql: Sql, cartId: string) {
  return sql.rows(
    sql.query
      .selectFrom('cart_items as item')
      .innerJoin('products as p', 'p.id', 'item.product_id')
      .select(['item.product_id', 'p.sku', 'p.name', 'p.image_url', 'p.price', 'p.currency', 'item.quantity'])
      .select('item.price_when_added')
      .select((item) =>
        item
          .case()
          .when('p.deleted_at', 'is', null)
          .then(item('p.stock_quantity', '-', item.ref('p.reserved_quantity')))
          .else(item.lit(0))
          .end()
          .as('available'),
      )
      .where('item.cart_id', '=', cartId)
      .orderBy('item.added_at')
      .orderBy('item.product_id'),
  );
}

/** A change of one product's quantity: to a number of units, or by a number of units. With the same key, units are added once. */
export type QuantityChange = { to: number } | { by: number; key?: string | undefined };

/** How many additions a cart remembers; a repeated request follows its first one closely. */
const MAX_RECENT = 20;

/**
 * Changes the quantity of a product in the cart. Concurrent changes of a cart are made one after the other.
 * @throws DomainError not_found; currency_mismatch; out_of_stock for more units than are available; conflict above the maximum of a line;
 *   idempotency_key_reused for another addition
 */
export async function changeCartItem(
  db: Database,
  owner: CartOwner,
  productId: string,
  change: QuantityChange,
): Promise<CartOwner> {
  return db.transaction(async (sql) => {
    // Locks the cart's row, so that two tabs can't add two currencies, and no addition is lost.
    const cartId = await ensureCart(sql, owner);
    if (
      'key' in change &&
      change.key !== undefined &&
      (await isRepeated(sql, cartId, change.key, `${productId} ${change.by}`))
    )
      return owner.userId ? owner : { cartId };
    const product = await readProduct(sql, productId, cartId, owner);
    if (!product) throw new DomainError('not_found', 'This product is no longer sold.');
    const cartCurrency = await currencyOfCart(sql, cartId, productId);
    if (cartCurrency && cartCurrency !== product.currency) throw currencyMismatch(cartCurrency, product.currency);
    const quantity = 'to' in change ? change.to : product.in_cart + change.by;
    if (quantity > product.in_cart) refuseTooMany(productId, quantity, product);
    await sql.run(
      sql.query
        .insertInto('cart_items')
        .values({ cart_id: cartId, product_id: productId, quantity, price_when_added: product.price })
        .onConflict((known) =>
          known.columns(['cart_id', 'product_id']).doUpdateSet((item) => ({
            quantity: item.ref('excluded.quantity'),
            price_when_added: item.ref('excluded.price_when_added'),
          })),
        ),
    );
    return owner.userId ? owner : { cartId };
  });
}

/** Whether the locked cart remembers this addition; otherwise remembers it. @throws DomainError idempotency_key_reused */
async function isRepeated(sql: Sql, cartId: string, key: string, addition: string): Promise<boolean> {
  const carts = sql.query.selectFrom('carts').select('recent_additions').where('id', '=', cartId);
  const recent = (await sql.row(carts))?.recent_additions ?? [];
  const known = recent.find((each) => each.startsWith(`${key} `));
  if (known !== undefined && known !== `${key} ${addition}`)
    throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for a different addition.');
  if (known !== undefined) return true;
  const additions = [...recent, `${key} ${addition}`].slice(-MAX_RECENT);
  await sql.run(sql.query.updateTable('carts').set({ recent_additions: additions }).where('id', '=', cartId));
  return false;
}

/** A product with its units in the cart, and those that the shopper can have: available ones and those of their own open reservation. */
function readProduct(sql: Sql, productId: string, cartId: string, owner: CartOwner) {
  return sql.row(
    sql.query
      .selectFrom('products as p')
      .leftJoin('cart_items as item', (on) => on.onRef('item.product_id', '=', 'p.id').on('item.cart_id', '=', cartId))
      .select((of) => [
        'p.currency',
        'p.price',
        'p.name',
        of.fn.coalesce('item.quantity', of.lit(0)).as('in_cart'),
        of('p.stock_quantity', '-', of.ref('p.reserved_quantity')).as('unreserved'),
        of.fn
          .coalesce(
            of
              .selectFrom('reservations as r')
              .innerJoin('reservation_items as ri', 'ri.reservation_id', 'r.id')
              .select('ri.quantity')
              .where('r.owner', '=', cartNameOf(owner.userId ? owner : { cartId })!)
              .where('r.status', '=', 'reserved')
              .whereRef('ri.product_id', '=', 'p.id'),
            of.lit(0),
          )
          .$castTo<number>()
          .as('own'),
      ])
      .where('p.id', '=', productId)
      .where('p.deleted_at', 'is', null),
  );
}

function refuseTooMany(
  productId: string,
  quantity: number,
  { name, in_cart, unreserved, own }: { name: string; in_cart: number; unreserved: number; own: number },
): void {
  const available = Math.max(0, unreserved + own);
  const inCart = in_cart > 0 ? `, ${in_cart} in your cart` : '';
  if (quantity > available) {
    const left = available === 0 ? `This item is sold out${inCart}.` : `Only ${available} left${inCart}.`;
    throw new DomainError('out_of_stock', left, {
      details: { lines: [{ product_id: productId, name, requested: quantity, available }], in_cart },
    });
  }
  if (quantity > MAX_QUANTITY)
    throw new DomainError('conflict', `You can have up to ${MAX_QUANTITY} of one item${inCart}.`);
}

/** @param exceptProductId a product whose currency is ignored @returns undefined if the cart has no other product */
async function currencyOfCart(sql: Sql, cartId: string, exceptProductId?: string): Promise<string | undefined> {
  const row = await sql.row(
    sql.query
      .selectFrom('cart_items as item')
      .innerJoin('products as p', 'p.id', 'item.product_id')
      .select('p.currency')
      .where('item.cart_id', '=', cartId)
      .where('item.product_id', 'is distinct from', exceptProductId ?? null)
      .orderBy('item.added_at')
      .orderBy('item.product_id')
      .limit(1),
  );
  return row?.currency;
}

function currencyMismatch(cartCurrency: string, productCurrency: string): DomainError {
  const [inCart, ofProduct] = [cartCurrency.toUpperCase(), productCurrency.toUpperCase()];
  return new DomainError(
    'currency_mismatch',
    `Your cart is in ${inCart} and this product is sold in ${ofProduct}. Check out or empty the cart before adding this product.`,
    { details: { cart_currency: cartCurrency, product_currency: productCurrency } },
  );
}

export async function removeCartItem(sql: Sql, owner: CartOwner, productId: string): Promise<void> {
  const id = await findCart(sql, owner);
  if (!id) return;
  await sql.run(sql.query.deleteFrom('cart_items').where('cart_id', '=', id).where('product_id', '=', productId));
}

/**
 * Moves a guest's items into the account's cart in one transaction. Safe to repeat. Items in another currency than the account's cart stay
 * in the guest's.
 * @returns the guest's cart if items stayed in it
 */
export async function mergeCart(
  db: Database,
  guestCartId: string,
  userId: string,
): Promise<{ id: string; currency: string } | undefined> {
  return db.transaction(async (sql) => {
    const guest = await sql.row(
      sql.query.selectFrom('carts').select('id').where('id', '=', guestCartId).where('user_id', 'is', null).forUpdate(),
    );
    if (!guest) return undefined;
    const cartId = await ensureCart(sql, { userId });
    const currency = (await currencyOfCart(sql, cartId)) ?? (await currencyOfCart(sql, guestCartId));
    await sql.run(moveItems(sql, { from: guestCartId, to: cartId, currency: currency ?? '' }));
    const left = await currencyOfCart(sql, guestCartId);
    return left === undefined ? undefined : { id: guestCartId, currency: left };
  });
}

function moveItems({ query }: Sql, { from, to, currency }: { from: string; to: string; currency: string }) {
  return query
    .with('moved', (db) =>
      db
        .deleteFrom('cart_items as item')
        .using('products as p')
        .where('item.cart_id', '=', from)
        .whereRef('p.id', '=', 'item.product_id')
        .where('p.currency', '=', currency)
        .returning(['item.product_id', 'item.quantity', 'item.price_when_added', 'item.added_at']),
    )
    .insertInto('cart_items')
    .columns(['cart_id', 'product_id', 'quantity', 'price_when_added', 'added_at'])
    .expression((db) =>
      db
        .selectFrom('moved')
        .select((moved) => moved.cast<string>(moved.val(to), 'uuid').as('cart_id'))
        .select(['product_id', 'quantity', 'price_when_added', 'added_at']),
    )
    .onConflict((known) =>
      known.columns(['cart_id', 'product_id']).doUpdateSet((item) => ({
        quantity: item.fn<number>('least', [
          item.val(MAX_QUANTITY),
          item('cart_items.quantity', '+', item.ref('excluded.quantity')),
        ]),
      })),
    );
}

async function ensureCart(sql: Sql, owner: CartOwner): Promise<string> {
  const carts = sql.query.insertInto('carts');
  if (owner.userId) {
    const row = await sql.row(
      carts
        .values({ user_id: owner.userId })
        .onConflict((known) => known.column('user_id').doUpdateSet({ updated_at: now }))
        .returning('id'),
    );
    return row!.id;
  }
  const row = await sql.row(
    carts
      .values({ id: owner.cartId ?? randomUUID() })
      .onConflict((known) => known.column('id').doUpdateSet({ updated_at: now }).where('carts.user_id', 'is', null))
      .returning('id'),
  );
  if (row) return row.id;
  // The ID is of an account's cart, which only its account can open, so the guest gets a new cart.
  return (await sql.row(carts.defaultValues().returning('id')))!.id;
}
