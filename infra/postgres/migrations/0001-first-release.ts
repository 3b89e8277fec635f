import { Migration } from '@mikro-orm/migrations';
import { accounts } from './schema/accounts.ts';
import { carts } from './schema/carts.ts';
import { catalog } from './schema/catalog.ts';
import { inventory } from './schema/inventory.ts';
import { orders } from './schema/orders.ts';
import { outbox, productTriggers } from './schema/outbox.ts';
import { payments } from './schema/payments.ts';
import { recommendations } from './schema/recommendations.ts';
import { workflows } from './schema/workflows.ts';

/** Creates every table of the first release. */
export class FirstRelease0001 extends Migration {
  override name = '0001-first-release';

  override up(): void {
    for (const statement of [
      accounts,
      catalog,
      inventory,
      carts,
      orders,
      payments,
      outbox,
      productTriggers,
      workflows,
      ...recommendations,
    ])
      this.addSql(statement);
  }
}
