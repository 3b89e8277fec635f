/** Keeps the database's table of allowed transitions equal to `domain/order-state`; a trigger checks every order against it. */
import { ORDER_STATUSES, ORDER_STEPS } from '../../domain/order-state.ts';
import type { Database } from './database.ts';
import { rowsOf } from './statement-parts.ts';

export async function writeOrderSteps(db: Database): Promise<void> {
  const steps = rowsOf(
    'step',
    { from_status: 'text', to_status: 'text' },
    ORDER_STATUSES.flatMap((from) => ORDER_STEPS[from].map((to) => ({ from_status: from, to_status: to }))),
  );
  const columns = ['from_status', 'to_status'] as const;
  await db.transaction(async (sql) => {
    await sql.run(
      sql.query.deleteFrom('order_steps').where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple(...columns),
          'not in',
          selectFrom(steps)
            .select(columns)
            .$asTuple(...columns),
        ),
      ),
    );
    await sql.run(
      sql.query
        .insertInto('order_steps')
        .columns(columns)
        .expression((insert) => insert.selectFrom(steps).select(columns))
        .onConflict((conflict) => conflict.doNothing()),
    );
  });
}
