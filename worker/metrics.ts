import { Gauge } from 'prom-client';
import { countFailingWorkflows } from '../infra/postgres/failing-workflows.ts';
import type { Services } from '../infra/services.ts';

/** Metrics of what the database knows, read when Prometheus asks; once a process. */
export function registerMetrics({ db }: Pick<Services, 'db'>): void {
  new Gauge({
    name: 'workflows_failing',
    help: 'Workflows that stand still because their task keeps failing; the same number at every worker',
    async collect() {
      this.set(await countFailingWorkflows(db));
    },
  });
}
