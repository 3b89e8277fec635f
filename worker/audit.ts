/** `npm run audit`: prints where PostgreSQL, Redis and Stripe disagree. Ends with 1 when anything needs a person. */
import { runAudit } from '../activities/audit/audit.ts';
import { readSettings, SettingsError } from '../infra/config.ts';
import { connectServices } from '../infra/services.ts';

try {
  const services = await connectServices({ ...readSettings(), LOG_LEVEL: 'warn' }, 'audit');
  try {
    const report = await runAudit(services);
    console.log(report.markdown);
    process.exitCode = report.problems.length === 0 ? 0 : 1;
  } finally {
    await services.close();
  }
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : error);
  process.exitCode = 2;
}
