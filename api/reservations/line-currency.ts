/** A reservation has one currency: that of its products. */
import { DomainError } from '../../domain/errors.ts';
import type { Sql } from '../../infra/postgres/database.ts';

/**
 * @param fallback the shop's currency, when none of the products is known; the stock ledger then says that they are gone
 * @throws DomainError currency_mismatch naming each product's currency
 */
export async function currencyOfLines(
  sql: Sql,
  lines: readonly { productId: string }[],
  fallback: string,
): Promise<string> {
  const products = await sql.rows<{ id: string; currency: string }>(
    'select id, currency from products where id = any($1::uuid[])',
    [lines.map((line) => line.productId)],
  );
  const currencies = [...new Set(products.map(({ currency }) => currency))].sort();
  if (currencies.length > 1) {
    const names = currencies.map((currency) => currency.toUpperCase()).join(' and ');
    throw new DomainError(
      'currency_mismatch',
      `These products are sold in ${names}. Order those of one currency at a time.`,
      {
        details: { currencies, lines: products.map(({ id, currency }) => ({ product_id: id, currency })) },
      },
    );
  }
  return currencies[0] ?? fallback;
}
