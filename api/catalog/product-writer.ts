/** Writes of the catalogue by administrators. Triggers put each in the outbox, in the same transaction. */
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
import { Category, Product } from '../../infra/postgres/entities/catalogue.ts';
import type { Orm } from '../../infra/postgres/orm.ts';
import type { ProductCreate, ProductPatch } from '../contracts/catalog.ts';

/** @returns decimal text @throws DomainError invalid_request saying how to write it */
function price(value: number, currency: string): string {
  const cents = readPrice(value, currency);
  if (typeof cents === 'number') return toDecimalString(cents, currency);
  throw invalid('price', cents);
}

function invalid(path: string, message: string): DomainError {
  return new DomainError('invalid_request', 'The body needs attention.', { details: { errors: [{ path, message }] } });
}

/**
 * @param id given by the caller's Idempotency-Key: the same one meets the product that it made before
 * @returns whether this call made it
 * @throws DomainError conflict when the SKU is taken, invalid_request when the category is unknown or the price not one of its currency
 */
export async function createProduct(orm: Orm, id: string, input: ProductCreate, currency: string): Promise<boolean> {
  const em = orm.em.fork();
  const existing = await em.findOne(Product, { id });
  if (existing) {
    if (existing.sku === input.sku) return false;
    throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for another product.');
  }
  em.create(Product, {
    id,
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
  await explained(() => em.flush());
  return true;
}

/**
 * @param reference known for each delivery: a change of stock by delta is counted once for it
 * @throws DomainError not_found; stock_changed when the number was based on an older version; conflict when less would be left than is
 *   reserved; idempotency_key_reused when the reference came with another delta; invalid_request
 */
export async function updateProduct(
  orm: Orm,
  id: string,
  patch: ProductPatch,
  reference: string | undefined,
): Promise<void> {
  const { price: newPrice, category_id, image_url, stock_quantity, stock_version, stock_delta, ...same } = patch;
  await explained(() =>
    orm.em.fork().transactional(async (em) => {
      const product = await em.findOne(Product, { id, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!product) throw new DomainError('not_found', 'There is no such product.');
      wrap(product).assign({
        ...same,
        ...(newPrice !== undefined && { price: price(newPrice, product.currency) }),
        ...(image_url !== undefined && { imageUrl: image_url }),
        ...(category_id !== undefined && { category: em.getReference(Category, category_id, { wrapped: true }) }),
      });
      if (stock_quantity !== undefined) setStock(product, { quantity: stock_quantity, version: stock_version });
      if (stock_delta !== undefined && (await isFirst(em, id, reference, stock_delta)))
        setStock(product, { delta: stock_delta });
    }),
  );
}

/** Under the product's row lock, so that no sale comes between. */
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
        `${state.quantity} are on hand now, as of version ${state.version}. Count again and send that version, or use stock_delta.`,
        { details },
      );
    case 'reserved':
      throw new DomainError(
        'conflict',
        `${state.reserved} of the ${state.quantity} on hand are reserved for shoppers; stock can’t be set below that.`,
        { details },
      );
    case 'too_many':
      throw invalid('stock_delta', `at most ${MAX_STOCK} can be on hand; ${state.quantity} are`);
  }
}

/** Whether a delivery was not counted before. @throws DomainError idempotency_key_reused */
async function isFirst(
  em: SqlEntityManager,
  productId: string,
  reference: string | undefined,
  delta: number,
): Promise<boolean> {
  if (reference === undefined) return true;
  const [known] = await em.execute<{ delta: number }[]>(
    'select delta from stock_changes where product_id = ? and reference = ?',
    [productId, reference],
  );
  if (known && known.delta !== delta) {
    throw new DomainError('idempotency_key_reused', `This key was used for a change of ${known.delta} before.`);
  }
  if (known) return false;
  await em.execute('insert into stock_changes (product_id, reference, delta) values (?, ?, ?)', [
    productId,
    reference,
    delta,
  ]);
  return true;
}

/**
 * Takes a product off sale; what is held stays held and can still be paid. Deleting it again changes nothing.
 * @throws DomainError not_found
 */
export async function deleteProduct(orm: Orm, id: string): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    const product = await em.findOne(Product, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!product) throw new DomainError('not_found', 'There is no such product.');
    if (product.deletedAt) return;
    product.deletedAt = new Date();
    product.stockQuantity = product.reservedQuantity;
    if (product.isFamilyLead && product.family) {
      // Lists show a family by its lead: the next variant takes its place.
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

async function explained(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException)
      throw new DomainError('conflict', 'Another product has this SKU.');
    if (error instanceof ForeignKeyConstraintViolationException)
      throw invalid('category_id', 'there is no such category');
    throw error;
  }
}
