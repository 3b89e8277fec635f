import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Sql } from '../../infra/postgres/database.ts';
import { orderTraits, traitColumns } from '../../infra/postgres/order-traits.ts';
import { orderChangedSignal, orderWorkflowId } from '../../workflows/order/messages.ts';
import { resumedOrderStart } from '../../workflows/order/start.ts';
import type { ActivityDependencies } from '../dependencies.ts';

interface NotifiedThrough extends Pick<ActivityDependencies, 'temporal'> {
  settings: Pick<ActivityDependencies['settings'], 'EMAIL_HASH_KEY'>;
}

/** Outbox topic of changes to an order's records by code that can't signal its workflow. The key is the order's ID. */
export const ORDER_CHANGED_TOPIC = 'order.changed';

/**
 * Signals the order workflow that the order's records changed, so that its details stay current. PostgreSQL is the source of truth: a
 * workflow that can't be reached now reloads the records at its next step.
 */
export async function signalOrder(
  deps: Pick<ActivityDependencies, 'db' | 'temporal' | 'log' | 'settings'>,
  orderId: string,
): Promise<void> {
  try {
    await notifyOrder(deps, deps.db, orderId);
  } catch (error) {
    deps.log.warn({ err: error, orderId }, 'the order workflow could not be signaled');
  }
}

/** Like `signalOrder`. A completed workflow runs again for a moment, so that its page shows the change. @throws when Temporal is unavailable */
export async function notifyOrder(deps: NotifiedThrough, sql: Sql, orderId: string): Promise<void> {
  const workflow = deps.temporal.workflow.getHandle(orderWorkflowId(orderId));
  try {
    await workflow.signal(orderChangedSignal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    if (await hasRun(workflow)) await resume(deps, sql, orderId);
  }
}

/** An order without any workflow is resumed by the sweep or the audit instead. */
async function hasRun(workflow: ReturnType<Client['workflow']['getHandle']>): Promise<boolean> {
  try {
    await workflow.describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function resume({ temporal, settings }: NotifiedThrough, sql: Sql, orderId: string): Promise<void> {
  const order = await sql.row(
    sql.query
      .selectFrom('orders')
      .select(['total_amount', 'status', 'created_at'])
      .select(traitColumns)
      .where('id', '=', orderId),
  );
  if (!order) return;
  const { workflowType, ...start } = resumedOrderStart(
    {
      ...orderTraits(settings, order),
      orderId,
      amount: Number(order.total_amount),
      status: order.status,
      createdAt: order.created_at,
    },
    'to show a change',
  );
  await temporal.workflow.signalWithStart(workflowType, { ...start, signal: orderChangedSignal, signalArgs: [] });
}
