/** Carts in PostgreSQL: what was put in is kept. A guest's cart is known by its id alone, an account's by the account. */

import { randomUUID } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { cartOwner, type Owner, userOwner } from '../../domain/identity.ts';
import { fromDecimal, lineTotalCents, sumCents, toDecimal } from '../../domain/money.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Cart } from '../contracts/cart.ts';

export interface CartOwner {
  userId?: string;
  cartId?: string;
}

interface CartRow {
  product_id: string;
  sku: string;
  name: string;
  image_url: string;
  price: string;
  currency: string;
  quantity: number;
  available: number;
}

/** As carts are owned: an account's cart is its own, whatever the browser's id. */
export function cartNameOf({ userId, cartId }: CartOwner): Owner | undefined {
  return userId ? userOwner(userId) : cartId ? cartOwner(cartId) : undefined;
}

/** The id of the owner's cart, or undefined when nothing was ever put in. */
export async function findCart(sql: Sql, owner: CartOwner): Promise<string | undefined> {
  const row = owner.userId
    ? await sql.row<{ id: string }>('select id from carts where user_id = $1', [owner.userId])
    : owner.cartId
      ? await sql.row<{ id: string }>('select id from carts where id = $1 and user_id is null', [owner.cartId])
      : undefined;
  return row?.id;
}

/**
 * A cart has one currency: that of what was put in first, or the shop's while it is empty. An item that was priced anew in another one
 * stays to be seen, but can't be bought and is not part of the total.
 * @param shopCurrency of an empty cart
 */
export async function readCart(sql: Sql, owner: CartOwner, shopCurrency: string): Promise<Cart> {
  const id = await findCart(sql, owner);
  const rows = id
    ? await sql.rows<CartRow>(
        `select item.product_id, p.sku, p.name, p.image_url, p.price, p.currency, item.quantity,
           case when p.deleted_at is null then p.stock_quantity - p.reserved_quantity else 0 end as available
         from cart_items item join products p on p.id = item.product_id
         where item.cart_id = $1 order by item.added_at, item.product_id`,
        [id],
      )
    : [];
  const currency = rows[0]?.currency ?? shopCurrency;
  const totals = rows.map((row) => lineTotalCents(fromDecimal(row.price, row.currency), row.quantity));
  return {
    id: id ?? (owner.userId ? randomUUID() : (owner.cartId ?? randomUUID())),
    items: rows.map((row, index) => ({
      product_id: row.product_id,
      sku: row.sku,
      name: row.name,
      image_url: row.image_url,
      price: Number(row.price),
      currency: row.currency,
      quantity: row.quantity,
      line_total: toDecimal(totals[index]!, row.currency),
      available_quantity: row.currency === currency ? Math.max(0, row.available) : 0,
    })),
    item_count: rows.reduce((count, row) => count + row.quantity, 0),
    total: toDecimal(sumCents(totals.filter((_, index) => rows[index]!.currency === currency)), currency),
    currency,
  };
}

/** Sets how many of a product are in the cart. @throws DomainError not_found; currency_mismatch */
export async function setCartItem(
  db: Database,
  owner: CartOwner,
  productId: string,
  quantity: number,
): Promise<CartOwner> {
  return db.transaction(async (sql) => {
    const product = await sql.row<{ currency: string }>(
      'select currency from products where id = $1 and deleted_at is null',
      [productId],
    );
    if (!product) throw new DomainError('not_found', 'This product is no longer sold.');
    // Locks the cart's row, so that two tabs can't put in two currencies.
    const cartId = await ensureCart(sql, owner);
    const cartCurrency = await currencyOfCart(sql, cartId, productId);
    if (cartCurrency && cartCurrency !== product.currency) throw currencyMismatch(cartCurrency, product.currency);
    await sql.run(
      `insert into cart_items (cart_id, product_id, quantity) values ($1, $2, $3)
       on conflict (cart_id, product_id) do update set quantity = excluded.quantity`,
      [cartId, productId, quantity],
    );
    return owner.userId ? owner : { cartId };
  });
}

/** @param exceptProductId whose currency does not count @returns undefined while the cart is empty */
async function currencyOfCart(sql: Sql, cartId: string, exceptProductId?: string): Promise<string | undefined> {
  const row = await sql.row<{ currency: string }>(
    `select p.currency from cart_items item join products p on p.id = item.product_id
     where item.cart_id = $1 and item.product_id is distinct from $2 order by item.added_at, item.product_id limit 1`,
    [cartId, exceptProductId ?? null],
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
  if (id) await sql.run('delete from cart_items where cart_id = $1 and product_id = $2', [id, productId]);
}

/**
 * Moves a guest's items into the account's cart, all at once; run again it finds nothing to move. Items in another currency than the
 * account's cart stay in the guest's.
 * @returns the guest's cart when anything stayed in it
 */
export async function mergeCart(
  db: Database,
  guestCartId: string,
  userId: string,
): Promise<{ id: string; currency: string } | undefined> {
  return db.transaction(async (sql) => {
    const guest = await sql.row('select 1 from carts where id = $1 and user_id is null for update', [guestCartId]);
    if (!guest) return undefined;
    const cartId = await ensureCart(sql, { userId });
    const currency = (await currencyOfCart(sql, cartId)) ?? (await currencyOfCart(sql, guestCartId));
    await sql.run(
      `with moved as (
         delete from cart_items item using products p
         where item.cart_id = $2 and p.id = item.product_id and p.currency = $3
         returning item.product_id, item.quantity, item.added_at)
       insert into cart_items (cart_id, product_id, quantity, added_at)
       select $1, product_id, quantity, added_at from moved
       on conflict (cart_id, product_id) do update set quantity = least(100, cart_items.quantity + excluded.quantity)`,
      [cartId, guestCartId, currency ?? ''],
    );
    const left = await currencyOfCart(sql, guestCartId);
    return left === undefined ? undefined : { id: guestCartId, currency: left };
  });
}

async function ensureCart(sql: Sql, owner: CartOwner): Promise<string> {
  if (owner.userId) {
    const row = await sql.row<{ id: string }>(
      `insert into carts (user_id) values ($1) on conflict (user_id) do update set updated_at = now() returning id`,
      [owner.userId],
    );
    return row!.id;
  }
  const row = await sql.row<{ id: string }>(
    `insert into carts (id) values ($1) on conflict (id) do update set updated_at = now() where carts.user_id is null returning id`,
    [owner.cartId ?? randomUUID()],
  );
  if (row) return row.id;
  // The id given is an account's cart, which its id alone does not open: the guest gets a new one.
  return (await sql.row<{ id: string }>('insert into carts default values returning id'))!.id;
}
