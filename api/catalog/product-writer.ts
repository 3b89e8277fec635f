/** Changes to the catalog by administrators. Triggers write each change to the outbox in the same transaction. */
import { createHash } from 'node:crypto';
import {
  ForeignKeyConstraintViolationException,
  LockMode,
  UniqueConstraintViolationException,
  wrap,
} from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../../domain/errors.ts';
import { toDecimalString } from '../../domain/money.ts';
import { readPrice } from '../../domain/price.ts';
import { changeStock, MAX_STOCK, type StockChange } from '../../domain/stock.ts';
import { Category, Product } from '../../infra/postgres/entities/catalog.ts';
import type { Tables } from '../../infra/postgres/entities/index.ts';
import type { Orm } from '../../infra/postgres/orm.ts';
import type { ProductCreate, ProductPatch } from '../contracts/catalog.ts';

/** @returns decimal text @throws DomainError invalid_request with the expected format */
function price(value: number, currency: string): string {
  const cents = readPrice(value, currency);
  if (typeof cents === 'number') return toDecimalString(cents, currency);
  throw invalid('price', cents);
}

function invalid(path: string, message: string): DomainError {
  return new DomainError('invalid_request', 'The request body is not valid. See errors.', {
    details: { errors: [{ path, message }] },
  });
}

/** A hash that is equal for requests with the same fields. */
function hashOf(request: ProductCreate | ProductPatch): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(request).sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('base64url');
}

/**
 * @param id derived from the caller's Idempotency-Key, so that a repeated request finds the product that the first one created
 * @throws DomainError conflict when the SKU is taken; invalid_request when the category is unknown or the price has too many decimals for
 *   its currency; idempotency_key_reused when the key was used for another product
 */
export async function createProduct(orm: Orm, id: string, input: ProductCreate, currency: string): Promise<void> {
  const requestHash = hashOf(input);
  if (await wasCreated(orm, id, requestHash)) return;
  const em = orm.em.fork();
  em.create(Product, {
    id,
    requestHash,
    sku: input.sku,
    name: input.name,
    description: input.description,
    price: price(input.price, input.currency ?? currency),
    currency: input.currency ?? currency,
    stockQuantity: input.stock_quantity,
    category: em.getReference(Category, input.category_id, { wrapped: true }),
    imageUrl: input.image_url ?? `/media/products/${encodeURIComponent(input.sku)}.svg`,
    tags: input.tags,
  });
  try {
    await em.flush();
  } catch (error) {
    // A concurrent request with the same key may have created it.
    if (error instanceof UniqueConstraintViolationException && (await wasCreated(orm, id, requestHash))) return;
    throw toDomainError(error);
  }
}

/** Whether an earlier request with the same key created the product. @throws DomainError idempotency_key_reused if that request differed */
async function wasCreated(orm: Orm, id: string, requestHash: string): Promise<boolean> {
  const existing = await orm.em.fork().findOne(Product, { id });
  if (existing && existing.requestHash !== requestHash)
    throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for a different product.');
  return existing !== null;
}

/**
 * @param reference identifies a delivery, so that a repeated change by `stock_delta` is applied once, with its other fields
 * @throws DomainError not_found; stock_changed when the quantity was based on an older version; conflict when stock would fall below the
 *   reserved quantity; idempotency_key_reused when the reference was used for another change; invalid_request
 */
export async function updateProduct(
  orm: Orm,
  id: string,
  patch: ProductPatch,
  reference: string | undefined,
): Promise<void> {
  const { price: newPrice, category_id, image_url, stock_quantity, stock_version, stock_delta, ...same } = patch;
  await withDomainErrors(() =>
    orm.em.fork().transactional(async (em) => {
      const product = await em.findOne(Product, { id, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!product) throw new DomainError('not_found', 'Product not found.');
      if (stock_delta !== undefined && reference !== undefined) {
        const delivery = { reference, delta: stock_delta, requestHash: hashOf(patch) };
        if (!(await recordDelivery(em, id, delivery))) return;
      }
      wrap(product).assign({
        ...same,
        ...(newPrice !== undefined && { price: price(newPrice, product.currency) }),
        ...(image_url !== undefined && { imageUrl: image_url }),
        ...(category_id !== undefined && { category: em.getReference(Category, category_id, { wrapped: true }) }),
      });
      if (stock_quantity !== undefined) setStock(product, { quantity: stock_quantity, version: stock_version });
      if (stock_delta !== undefined) setStock(product, { delta: stock_delta });
    }),
  );
}

/** The product's row must be locked, so that no sale changes its stock in between. */
function setStock(product: Product, change: StockChange): void {
  const state = {
    quantity: product.stockQuantity,
    reserved: product.reservedQuantity,
    version: product.stockVersion,
  };
  const outcome = changeStock(state, change);
  if ('quantity' in outcome) {
    product.stockQuantity = outcome.quantity;
    return;
  }
  const details = {
    stock_quantity: state.quantity,
    reserved_quantity: state.reserved,
    stock_version: state.version,
  };
  switch (outcome.refused) {
    case 'changed':
      throw new DomainError(
        'stock_changed',
        `${state.quantity} units are on hand as of version ${state.version}. Count again and send that version, or use stock_delta.`,
        { details },
      );
    case 'reserved':
      throw new DomainError(
        'conflict',
        `${state.reserved} of the ${state.quantity} units on hand are reserved. Stock can’t be set below that.`,
        { details },
      );
    case 'too_many':
      throw invalid('stock_delta', `at most ${MAX_STOCK} units can be on hand; the product has ${state.quantity}`);
  }
}

interface Delivery {
  reference: string;
  delta: number;
  requestHash: string;
}

/** Records a delivery. @returns false if it was recorded before @throws DomainError idempotency_key_reused */
async function recordDelivery(
  em: SqlEntityManager,
  productId: string,
  { reference, delta, requestHash }: Delivery,
): Promise<boolean> {
  // Within `transactional`, this is on the transaction's connection.
  const query = em.getKysely<Tables>();
  const known = await query
    .selectFrom('stock_changes')
    .select(['delta', 'request_hash'])
    .where('product_id', '=', productId)
    .where('reference', '=', reference)
    .executeTakeFirst();
  if (known && known.request_hash !== requestHash) {
    throw new DomainError(
      'idempotency_key_reused',
      `This key was already used for a different change of ${known.delta}.`,
    );
  }
  if (known) return false;
  const change = { product_id: productId, reference, delta, request_hash: requestHash };
  await query.insertInto('stock_changes').values(change).execute();
  return true;
}

/**
 * Discontinues a product. Its reserved units stay reserved and can still be paid for. Safe to repeat.
 * @throws DomainError not_found
 */
export async function deleteProduct(orm: Orm, id: string): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    const product = await em.findOne(Product, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!product) throw new DomainError('not_found', 'Product not found.');
    if (product.deletedAt) return;
    product.deletedAt = new Date();
    product.stockQuantity = product.reservedQuantity;
    if (product.isFamilyLead && product.family) {
      // Lists show a family's lead, so the cheapest remaining variant becomes the lead.
      const next = await em.findOne(
        Product,
        { family: product.family, deletedAt: null, id: { $ne: id } },
        { orderBy: { price: 'asc' } },
      );
      if (next) {
        next.isFamilyLead = true;
        product.isFamilyLead = false;
      }
    }
  });
}

async function withDomainErrors(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw toDomainError(error);
  }
}

function toDomainError(error: unknown): unknown {
  if (error instanceof UniqueConstraintViolationException)
    return new DomainError('conflict', 'Another product already has this SKU.');
  if (error instanceof ForeignKeyConstraintViolationException) return invalid('category_id', 'category not found');
  return error;
}
