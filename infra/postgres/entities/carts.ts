import { defineEntity, p } from '@mikro-orm/core';

export const Cart = defineEntity({
  name: 'Cart',
  tableName: 'carts',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    /** Null for a guest's cart, which is found by its ID. */
    userId: p.uuid().unique().nullable(),
    recentAdditions: p.array().$type<string[]>().default([]),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

export const CartItem = defineEntity({
  name: 'CartItem',
  tableName: 'cart_items',
  properties: {
    cartId: p.uuid().primary(),
    productId: p.uuid().primary(),
    quantity: p.integer(),
    priceWhenAdded: p.decimal('string').precision(12).scale(3).nullable(),
    addedAt: p.datetime().defaultRaw('now()'),
  },
});
