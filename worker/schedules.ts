import { type Client, ScheduleAlreadyRunning } from '@temporalio/client';
import { AUDIT_SCHEDULE_ID, SWEEP_SCHEDULE_ID } from '../workflows/maintenance/messages.ts';
import {
  RETRAINING_QUEUE,
  RETRAINING_SCHEDULE_ID,
  type RetrainingInput,
} from '../workflows/recommendations/messages.ts';

/** Creates the shop's schedules if they do not exist; a schedule that an operator changed or paused stays unchanged. */
export async function ensureSchedules(client: Client): Promise<void> {
  await ensure(client, {
    scheduleId: SWEEP_SCHEDULE_ID,
    spec: { intervals: [{ every: '1 minute' }] },
    workflowType: 'overdueSweep',
    summary: 'Ends overdue reservations and resumes overdue orders',
  });
  await ensure(client, {
    scheduleId: AUDIT_SCHEDULE_ID,
    spec: { calendars: [{ hour: 3, minute: 30 }] },
    workflowType: 'nightlyAudit',
    summary: 'Compares PostgreSQL, Redis, and Stripe',
  });
  await ensure(client, {
    scheduleId: RETRAINING_SCHEDULE_ID,
    spec: { calendars: [{ hour: 4, minute: 10 }] },
    workflowType: 'recommendationRetraining',
    taskQueue: RETRAINING_QUEUE,
    args: [{ requestedBy: 'the nightly schedule', reason: 'every night' } satisfies RetrainingInput],
    summary: 'Starts the nightly retraining of the recommendation model',
  });
}

interface ShopSchedule {
  scheduleId: string;
  spec: Parameters<Client['schedule']['create']>[0]['spec'];
  workflowType: string;
  /** Defaults to `catalog`. */
  taskQueue?: string;
  args?: unknown[];
  summary: string;
}

async function ensure(client: Client, schedule: ShopSchedule): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: schedule.scheduleId,
      spec: schedule.spec,
      // Missed runs are not caught up after a long stop, since the next run does all the work.
      policies: { overlap: 'SKIP', catchupWindow: '10 minutes' },
      action: {
        type: 'startWorkflow',
        workflowType: schedule.workflowType,
        taskQueue: schedule.taskQueue ?? 'catalog',
        workflowId: schedule.scheduleId,
        args: schedule.args ?? [],
        staticSummary: schedule.summary,
      },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
