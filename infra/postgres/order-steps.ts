/** Keeps the database's table of allowed transitions equal to `domain/order-state`; a trigger checks every order against it. */
import { ORDER_STATUSES, ORDER_STEPS } from '../../domain/order-state.ts';
import type { Database } from './database.ts';

export async function writeOrderSteps(db: Database): Promise<void> {
  const steps = ORDER_STATUSES.flatMap((from) => ORDER_STEPS[from].map((to) => ({ from, to })));
  const values = [steps.map((step) => step.from), steps.map((step) => step.to)];
  await db.transaction(async (sql) => {
    await sql.run(
      `delete from order_steps where (from_status, to_status) not in (select * from unnest($1::text[], $2::text[]))`,
      values,
    );
    await sql.run(
      `insert into order_steps select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
      values,
    );
  });
}
