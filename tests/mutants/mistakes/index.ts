import { type Mistake, mistakesOf } from '../mistake.ts';
import { ACCESS } from './access.ts';
import { AUDIT } from './audit.ts';
import { DATABASE } from './database.ts';
import { FOUND_MONEY } from './found-money.ts';
import { ORDERS } from './orders.ts';
import { REFUNDS } from './refunds.ts';
import { REQUESTS } from './requests.ts';
import { STOCK } from './stock.ts';
import { WORKFLOWS } from './workflows.ts';

/** Area → its mistakes. */
export const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  stock: mistakesOf(STOCK),
  orders: mistakesOf(ORDERS),
  refunds: mistakesOf([...REFUNDS, ...FOUND_MONEY]),
  audit: mistakesOf(AUDIT),
  access: mistakesOf([...ACCESS, ...REQUESTS]),
  database: mistakesOf(DATABASE),
  workflows: mistakesOf(WORKFLOWS),
};
