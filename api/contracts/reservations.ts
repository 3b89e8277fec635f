import { z } from 'zod';
import { RESERVATION_STATUSES } from '../../domain/order-state.ts';
import { amount, currency, quantity, timestamp, uuid } from './common.ts';

export const MAX_RESERVATION_LINES = 50;

export const reservationBody = z
  .strictObject({
    items: z
      .array(z.strictObject({ product_id: uuid, quantity }))
      .min(1)
      .max(MAX_RESERVATION_LINES)
      .refine(
        (items) => new Set(items.map((item) => item.product_id)).size === items.length,
        'list each product only once',
      )
      .optional()
      .meta({ description: 'Items to reserve. Default: the entire cart' }),
  })
  .meta({ id: 'ReservationRequest' });

export const reservation = z
  .object({
    id: uuid,
    status: z.enum(RESERVATION_STATUSES),
    items: z.array(
      z.object({
        product_id: uuid,
        sku: z.string(),
        name: z.string(),
        quantity: z.number().int(),
        price: amount,
        line_total: amount,
        image_url: z.string(),
      }),
    ),
    total: amount,
    currency,
    order_id: uuid
      .nullable()
      .meta({ description: 'The reservation’s order, if any; while it is pending, pay for it or cancel it' }),
    expires_at: timestamp,
  })
  .meta({ id: 'Reservation' });
export type Reservation = z.infer<typeof reservation>;

/** `lines` of an out_of_stock problem. */
export const shortLine = z
  .object({ product_id: uuid, name: z.string(), requested: z.number().int(), available: z.number().int() })
  .meta({ id: 'ShortLine' });
export type ShortLine = z.infer<typeof shortLine>;
