import { z } from 'zod';
import { amount, currency, quantity, uuid } from './common.ts';

export const cartItem = z.object({
  product_id: uuid,
  sku: z.string(),
  name: z.string(),
  image_url: z.string(),
  price: amount,
  currency,
  quantity: z.number().int(),
  line_total: amount,
  available_quantity: z.number().int().nonnegative().meta({
    description:
      'A snapshot; only a reservation reserves stock. 0 when the product is now sold in another currency than the cart',
  }),
});

export const cart = z
  .object({
    id: uuid.meta({ description: 'Secret of a guest: send it as X-Cart-Id or keep the cookie' }),
    items: z.array(cartItem),
    item_count: z.number().int().nonnegative(),
    total: amount.meta({ description: 'Of the items in the cart’s currency' }),
    currency: currency.meta({ description: 'Of what was put in first; the shop’s while the cart is empty' }),
  })
  .meta({ id: 'Cart' });
export type Cart = z.infer<typeof cart>;

export const cartItemBody = z.strictObject({ quantity }).meta({ id: 'CartItemQuantity' });
export const cartItemParams = z.object({ product_id: uuid });
