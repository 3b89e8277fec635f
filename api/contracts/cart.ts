import { z } from 'zod';
import { amount, currency, quantity, uuid } from './common.ts';

export const cartItem = z.object({
  product_id: uuid,
  sku: z.string(),
  name: z.string(),
  image_url: z.string(),
  price: amount,
  price_when_added: amount
    .nullable()
    .meta({ description: 'The price when the shopper last set the quantity, if it has changed since; otherwise null' }),
  currency,
  quantity: z.number().int(),
  line_total: amount,
  available_quantity: z.number().int().nonnegative().meta({
    description:
      'A snapshot; only a reservation sets stock aside. 0 if the product is now sold in a different currency from the cart',
  }),
});

export const cart = z
  .object({
    id: uuid.meta({ description: 'The guest’s secret; send it as X-Cart-Id or keep the cookie' }),
    items: z.array(cartItem),
    item_count: z.number().int().nonnegative(),
    total: amount.meta({ description: 'Total of the items in the cart’s currency' }),
    currency: currency.meta({
      description: 'Currency of the first item added; the shop’s currency while the cart is empty',
    }),
    max_units: z.number().int().meta({ description: 'Units that this shopper can check out at a time' }),
    max_products: z.number().int().meta({ description: 'Different products that can be checked out at a time' }),
  })
  .meta({ id: 'Cart' });
export type Cart = z.infer<typeof cart>;

export const addToCartBody = z.strictObject({ product_id: uuid, quantity }).meta({ id: 'CartAddition' });
export const cartItemBody = z.strictObject({ quantity }).meta({ id: 'CartItemQuantity' });
export const cartItemParams = z.object({ product_id: uuid });
