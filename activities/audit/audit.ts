/** `npm run audit` and the nightly schedule: holds the books of PostgreSQL, Redis and Stripe against each other. */
import { setTimeout as delay } from 'node:timers/promises';
import { formatMoney } from '../../domain/money.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { findDrift, repairDrift, repairMarks } from './check-gate.ts';
import { checkHolds } from './check-holds.ts';
import { checkMoney, type Ledger } from './check-money.ts';
import { checkStock } from './check-stock.ts';
import { checkWorkflows } from './check-workflows.ts';
import { type Finding, keyOf } from './finding.ts';

export interface AuditReport {
  problems: Finding[];
  repaired: Finding[];
  ledger: Ledger;
  markdown: string;
}

export type AuditDependencies = Pick<ActivityDependencies, 'db' | 'gate' | 'stripe' | 'settings'>;

/** Orders are moving while the books are read: only what still disagrees after this long is a finding. */
const SETTLE_MS = 5_000;

/** @param onProgress called often; a place for heartbeats */
export async function runAudit(deps: AuditDependencies, onProgress: () => void = () => {}): Promise<AuditReport> {
  const { db, gate, stripe, settings } = deps;
  const look = async () => {
    const [stock, holds, workflows, money] = [
      await checkStock(db),
      await checkHolds(db, settings.HOLD_GRACE_SECONDS),
      await checkWorkflows(db),
      await checkMoney(db, stripe, settings.CURRENCY, onProgress),
    ];
    return { findings: [...stock, ...holds, ...workflows, ...money.findings], ledger: money.ledger };
  };

  let { findings: problems, ledger } = await look();
  if (problems.length > 0) {
    await delay(SETTLE_MS);
    const again = await look();
    const stillThere = new Set(again.findings.map(keyOf));
    problems = problems.filter((problem) => stillThere.has(keyOf(problem)));
    ledger = again.ledger;
  }

  const repaired = await repairMarks(db, gate);
  const drift = await findDrift(db, gate);
  if (drift.size > 0) {
    await delay(SETTLE_MS);
    const lasting = await findDrift(db, gate);
    for (const [id, seen] of drift) if (lasting.get(id)?.gate !== seen.gate) drift.delete(id);
    repaired.push(...(await repairDrift(db, gate, drift)));
  }
  return { problems, repaired, ledger, markdown: describe(problems, repaired, ledger) };
}

function describe(problems: Finding[], repaired: Finding[], ledger: Ledger): string {
  const money = (cents: number) => formatMoney(cents, ledger.currency);
  const list = (findings: Finding[]) => findings.map((each) => `- ${each.subject}: ${each.detail}`).join('\n');
  return [
    problems.length === 0 ? '**The books agree.**' : `**${problems.length} disagree**\n\n${list(problems)}`,
    repaired.length === 0
      ? 'Nothing had drifted at the stock gate.'
      : `Repaired at the stock gate:\n\n${list(repaired)}`,
    [
      '| | charged | refunded | kept |',
      '| --- | --- | --- | --- |',
      `| Stripe | ${money(ledger.stripeCapturedCents)} | ${money(ledger.stripeRefundedCents)} | ${money(ledger.stripeCapturedCents - ledger.stripeRefundedCents)} |`,
      `| Orders | ${money(ledger.ordersCapturedCents)} | ${money(ledger.ordersRefundedCents)} | ${money(ledger.ordersCapturedCents - ledger.ordersRefundedCents)} |`,
    ].join('\n'),
  ].join('\n\n');
}
