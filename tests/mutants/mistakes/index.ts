import { type Mistake, mistakesOf } from '../mistake.ts';
import { ACCESS } from './access.ts';
import { ANSWERS } from './answers.ts';
import { AUDIT } from './audit.ts';
import { CATALOG } from './catalog.ts';
import { DATABASE } from './database.ts';
import { EDGES } from './edges.ts';
import { FOUND_MONEY } from './found-money.ts';
import { LIMITS } from './limits.ts';
import { ORDERS } from './orders.ts';
import { REFUNDS } from './refunds.ts';
import { REQUESTS } from './requests.ts';
import { RESERVATIONS } from './reservations.ts';
import { SESSIONS } from './sessions.ts';
import { STOCK } from './stock.ts';
import { SUPPORT } from './support.ts';
import { WORKFLOWS } from './workflows.ts';

/** Area → its mistakes. */
export const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  stock: mistakesOf([...STOCK, ...RESERVATIONS]),
  catalog: mistakesOf(CATALOG),
  orders: mistakesOf(ORDERS),
  edges: mistakesOf(EDGES),
  answers: mistakesOf(ANSWERS),
  refunds: mistakesOf([...REFUNDS, ...FOUND_MONEY]),
  audit: mistakesOf(AUDIT),
  access: mistakesOf([...ACCESS, ...REQUESTS, ...SESSIONS, ...LIMITS]),
  database: mistakesOf(DATABASE),
  workflows: mistakesOf(WORKFLOWS),
  support: mistakesOf(SUPPORT),
};
