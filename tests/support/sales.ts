/** Paid orders, and test helpers for actions on them at the shop, the support desk, and Stripe. */
import { randomUUID } from 'node:crypto';
import { CARDS, createProduct, Shopper, type TestProduct, type TestShop, until } from './shop.ts';

export interface Sale {
  buyer: Shopper;
  orderId: string;
  intentId: string;
  products: TestProduct[];
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on the response, whatever its shape
  begun: any;
}

export interface SaleOptions {
  /** Price and quantity per line. */
  lines?: { price: string; quantity: number }[];
  card?: string;
  /** Default: a new guest. */
  buyer?: Shopper;
}

/** Creates a shopper with an order that awaits payment. */
export async function openOrder(
  shop: TestShop,
  { lines = [{ price: '12.50', quantity: 2 }], buyer = new Shopper(shop.api.url) }: SaleOptions = {},
): Promise<Sale> {
  const products: TestProduct[] = [];
  for (const [index, { price }] of lines.entries())
    products.push(await createProduct(shop.services, { price, name: `Item ${'ABC'[index]}` }));
  const reserved = await buyer.reserve(
    products.map(({ id }, index) => ({ productId: id, quantity: lines[index]!.quantity })),
  );
  const begun = (await buyer.checkout(reserved.body.id, `buyer-${randomUUID()}@example.test`)).body;
  const intentId = begun.payment.client_secret.split('_secret')[0] as string;
  return { buyer, orderId: begun.order.id, intentId, products, begun };
}

/** Creates a shopper with a paid order. */
export async function sell(shop: TestShop, options: SaleOptions = {}): Promise<Sale> {
  const sale = await openOrder(shop, options);
  await sale.buyer.pay(sale.begun, options.card ?? CARDS.good);
  await sale.buyer.untilStatus(sale.orderId, 'paid');
  return sale;
}

/** The order as its shopper sees it. */
export const orderOf = async ({ buyer, orderId }: Sale) => (await buyer.call('GET', `/orders/${orderId}`)).body;

/** Calls a control endpoint of the Stripe stand-in, such as `faults` or `disputes`. @param path below `/local/` */
export function atStripe(
  shop: Pick<TestShop, 'services'>,
  path: string,
  body: object,
  method = 'POST',
): Promise<Response> {
  return fetch(`${shop.services.settings.STRIPE_API_URL}/local/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Opens a chargeback of an order's payment. @returns the dispute's ID */
export async function chargeBack(
  shop: Pick<TestShop, 'services'>,
  { intentId }: Pick<Sale, 'intentId'>,
  amountCents?: number,
): Promise<string> {
  const answer = await atStripe(shop, 'disputes', { payment_intent: intentId, amount: amountCents });
  return ((await answer.json()) as { id: string }).id;
}

/** The refunded amount of a payment at Stripe, in minor units. */
export async function refundedAtStripe(shop: Pick<TestShop, 'services'>, intentId: string): Promise<number> {
  const intent = await shop.services.stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] });
  const charge = intent.latest_charge;
  return typeof charge === 'object' && charge !== null ? charge.amount_refunded : 0;
}

export const untilRefundedAtStripe = (shop: TestShop, intentId: string, cents: number) =>
  until(async () => (await refundedAtStripe(shop, intentId)) === cents, `${cents} of ${intentId} to be refunded`);
