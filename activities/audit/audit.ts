/** Compares PostgreSQL, Redis, and Stripe, for `npm run audit` and the nightly schedule. */
import { setTimeout as delay } from 'node:timers/promises';
import { formatMoney } from '../../domain/money.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { checkMoney, type Ledger } from './check-money.ts';
import { checkOrders } from './check-orders.ts';
import { checkReservations } from './check-reservations.ts';
import { checkStock } from './check-stock.ts';
import { findDrift, repairDrift, repairMarks } from './check-stock-counters.ts';
import { checkUnits } from './check-units.ts';
import { checkWorkflows } from './check-workflows.ts';
import { type Finding, keyOf } from './finding.ts';

export interface AuditReport {
  problems: Finding[];
  repaired: Finding[];
  /** One ledger per currency. */
  ledgers: Ledger[];
  markdown: string;
}

export type AuditDependencies = Pick<ActivityDependencies, 'db' | 'stockCounters' | 'stripe' | 'settings'>;

/** Orders change while the audit reads, so only a discrepancy that remains after this long is a finding. */
const SETTLE_MS = 5_000;
const DAY_MS = 86_400_000;

export interface AuditOptions {
  /** Reads Stripe's payments of this many past days; undefined reads every payment ever made. */
  days: number | undefined;
}

/** @param onProgress called often, for heartbeats */
export async function runAudit(
  deps: AuditDependencies,
  options: AuditOptions = { days: deps.settings.AUDIT_DAYS },
  onProgress: () => void = () => {},
): Promise<AuditReport> {
  const { db, stockCounters, stripe, settings } = deps;
  const since = options.days === undefined ? undefined : new Date(Date.now() - options.days * DAY_MS);
  const runChecks = async () => {
    const [stock, reservations, workflows, money] = [
      await checkStock(db),
      await checkReservations(db, settings),
      await checkWorkflows(db),
      await checkMoney(db, stripe, since, onProgress),
    ];
    const [units, orders] = [await checkUnits(db), await checkOrders(db)];
    const findings = [...stock, ...reservations, ...workflows, ...money.findings, ...units, ...orders];
    return { findings, ledgers: money.ledgers };
  };

  let { findings: problems, ledgers } = await runChecks();
  if (problems.length > 0) {
    await delay(SETTLE_MS);
    const again = await runChecks();
    const stillThere = new Set(again.findings.map(keyOf));
    problems = problems.filter((problem) => stillThere.has(keyOf(problem)));
    ledgers = again.ledgers;
  }

  const repaired = await repairMarks(db, stockCounters);
  const drift = await findDrift(db, stockCounters);
  if (drift.size > 0) {
    await delay(SETTLE_MS);
    const lasting = await findDrift(db, stockCounters);
    for (const [id, seen] of drift) if (lasting.get(id)?.stockCounters !== seen.stockCounters) drift.delete(id);
    repaired.push(...(await repairDrift(db, stockCounters, drift)));
  }
  return { problems, repaired, ledgers, markdown: describe(problems, repaired, ledgers) };
}

function describe(problems: Finding[], repaired: Finding[], ledgers: Ledger[]): string {
  const list = (findings: Finding[]) => findings.map((each) => `- ${each.subject}: ${each.detail}`).join('\n');
  return [
    problems.length === 0
      ? '**No discrepancies found.**'
      : `**Discrepancies: ${problems.length}**\n\n${list(problems)}`,
    repaired.length === 0 ? 'The stock counters needed no repair.' : `Repaired stock counters:\n\n${list(repaired)}`,
    ['| | charged | refunded | kept |', '| --- | --- | --- | --- |', ...ledgers.flatMap(ledgerRows)].join('\n'),
  ].join('\n\n');
}

/** Each currency has its own rows, since amounts of different currencies can't be added. */
function ledgerRows(ledger: Ledger): string[] {
  const money = (cents: number) => formatMoney(cents, ledger.currency);
  const row = (name: string, captured: number, refunded: number) =>
    `| ${name}, ${ledger.currency.toUpperCase()} | ${money(captured)} | ${money(refunded)} | ${money(captured - refunded)} |`;
  return [
    row('Stripe', ledger.stripeCapturedCents, ledger.stripeRefundedCents),
    row('Orders', ledger.ordersCapturedCents, ledger.ordersRefundedCents),
  ];
}
