/** Writes of the catalogue by administrators. Triggers put each in the outbox, in the same transaction. */
import {
  CheckConstraintViolationException,
  ForeignKeyConstraintViolationException,
  UniqueConstraintViolationException,
  wrap,
} from '@mikro-orm/core';
import { DomainError } from '../../domain/errors.ts';
import { fromDecimal, toDecimalString } from '../../domain/money.ts';
import { Category, Product } from '../../infra/postgres/entities/catalogue.ts';
import type { Orm } from '../../infra/postgres/orm.ts';
import type { ProductCreate, ProductPatch } from '../contracts/catalog.ts';

const price = (value: number, currency: string): string => toDecimalString(fromDecimal(value, currency), currency);

/**
 * @param id given by the caller's Idempotency-Key: the same one meets the product that it made before
 * @returns whether this call made it
 * @throws DomainError conflict when the SKU is taken, invalid_request when the category is unknown
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

/** @throws DomainError not_found; conflict when stock would fall below what is held; invalid_request */
export async function updateProduct(orm: Orm, id: string, patch: ProductPatch): Promise<void> {
  const em = orm.em.fork();
  const product = await em.findOne(Product, { id, deletedAt: null });
  if (!product) throw new DomainError('not_found', 'There is no such product.');
  const { price: newPrice, category_id, image_url, stock_quantity, ...same } = patch;
  wrap(product).assign({
    ...same,
    ...(newPrice !== undefined && { price: price(newPrice, product.currency) }),
    ...(stock_quantity !== undefined && { stockQuantity: stock_quantity }),
    ...(image_url !== undefined && { imageUrl: image_url }),
    ...(category_id !== undefined && { category: em.getReference(Category, category_id, { wrapped: true }) }),
  });
  await explained(() => em.flush());
}

/**
 * Takes a product off sale; what is held stays held and can still be paid. Deleting it again changes nothing.
 * @throws DomainError not_found
 */
export async function deleteProduct(orm: Orm, id: string): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    const product = await em.findOne(Product, { id }, { lockMode: 4 });
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
    if (error instanceof ForeignKeyConstraintViolationException) {
      throw new DomainError('invalid_request', 'The body needs attention.', {
        details: { errors: [{ path: 'category_id', message: 'there is no such category' }] },
      });
    }
    if (error instanceof CheckConstraintViolationException) {
      throw new DomainError('conflict', 'Stock can’t be set below what shoppers hold just now.');
    }
    throw error;
  }
}
