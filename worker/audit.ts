/**
 * `npm run audit [-- --all]`: prints discrepancies between PostgreSQL, Redis, Stripe, and Temporal. Exits with 1 if any need a person, and
 * with 2 if the audit fails. `--all` reads every payment ever made at Stripe, instead of those of the last AUDIT_DAYS days.
 */
import { runAudit } from '../activities/audit/audit.ts';
import { readSettings, SettingsError } from '../infra/config.ts';
import { connectServices } from '../infra/services.ts';

try {
  const services = await connectServices({ ...readSettings(), LOG_LEVEL: 'warn' }, 'audit');
  try {
    const days = process.argv.includes('--all') ? undefined : services.settings.AUDIT_DAYS;
    const report = await runAudit(services, { days });
    console.log(report.markdown);
    process.exitCode = report.problems.length === 0 ? 0 : 1;
  } finally {
    await services.close();
  }
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : error);
  process.exitCode = 2;
}
