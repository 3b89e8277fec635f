/** The program of a training process, as its worker starts it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { JobOrder } from './job-messages.ts';

it('reports that PostgreSQL is unreachable, so that the worker knows the cause and retries', async () => {
  const job = fork(fileURLToPath(new URL('job.ts', import.meta.url)), { serialization: 'advanced' });
  const settings = { POSTGRES_URL: 'postgres://nobody@127.0.0.1:1/none' };
  job.send({ name: 'train', settings, input: { retrainingId: 'r' } } as unknown as JobOrder);
  const [message] = (await once(job, 'message')) as [unknown];
  expect(message).toMatchObject({ type: 'failed', retryable: true, message: expect.stringContaining('ECONNREFUSED') });
  await once(job, 'exit');
});
