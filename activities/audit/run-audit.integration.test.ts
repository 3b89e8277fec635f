/** The complete audit as operators run it: it includes every check, reports every finding, and its exit code says whether there are any. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatMoney } from '../../domain/money.ts';
import { recordFailingWorkflow } from '../../infra/postgres/failing-workflows.ts';
import type { Services } from '../../infra/services.ts';
import { RunError, run } from '../../local/stack/processes/run.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';
import { SECRET_KEY, TestStandin } from '../../local/stripe/testing.ts';
import { force } from '../../tests/support/force.ts';
import { deleteMadeOrder, type MadeOrder, makeOrder } from '../../tests/support/made-orders.ts';
import { startStock } from '../../tests/support/reservations.ts';
import { type RetrainingShop, startRetrainingShop } from '../../tests/support/retraining.ts';
import { createProduct } from '../../tests/support/shop.ts';
import { runAudit } from './audit.ts';
import type { Finding } from './finding.ts';

/** A separate database and Stripe account, so that data of other tests causes no findings here. */
let shop: RetrainingShop;
let standIn: TestStandin;
let services: Services;
let stopStock: () => Promise<void>;
beforeAll(async () => {
  [shop, standIn] = await Promise.all([startRetrainingShop(), TestStandin.start()]);
  services = { ...shop.services, stripe: standIn.client() };
  await services.redis.flushdb();
  stopStock = await startStock(services);
}, 60_000);
afterAll(async () => {
  await stopStock?.();
  await shop?.stop();
  await standIn?.stop();
});

/** A currency that only this file uses, without charges at Stripe. */
const CURRENCY = 'nok';

/** One discrepancy for each check that reports, and one for each that repairs. */
interface Discrepancies {
  /** The order with every discrepancy of orders. */
  made: MadeOrder;
  reservationId: string;
  runId: string;
  overReserved: string;
  drifted: string;
  /** A marker in the stock counters whose reservation was never made. */
  left: string;
}
let wrong: Discrepancies;

async function makeDiscrepancies(): Promise<Discrepancies> {
  const { db, stockCounters } = services;
  const made = await makeOrder(db, { currency: `'${CURRENCY}'` });
  const refundId = randomUUID();
  // units: three of two units are refunded. orders: delivered but not shipped.
  await db.run(
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status, cancels_units)
     values ($1, $2, 'made', 1, $3, 'made', 'system', 'awaiting_approval', true)`,
    [refundId, made.orderId, CURRENCY],
  );
  await db.run('insert into refund_items (refund_id, product_id, quantity) values ($1, $2, 3)', [
    refundId,
    made.productId,
  ]);
  await force(db, [`update orders set status = 'delivered' where id = $1`], [made.orderId]);
  const reservationId = randomUUID();
  await db.run(
    `insert into reservations (id, owner, status, currency, expires_at) values ($1, $2, 'reserved', 'usd', now() - interval '1 day')`,
    [reservationId, `made:${reservationId}`],
  );
  const overReserved = (await createProduct(services)).id;
  await force(db, ['update products set reserved_quantity = 4 where id = $1'], [overReserved]);
  await stockCounters.correct(overReserved, 10, 6);
  const drifted = (await createProduct(services)).id;
  await stockCounters.correct(drifted, 10, 3);
  const left = randomUUID();
  await stockCounters.reserve(left, [{ productId: (await createProduct(services)).id, quantity: 2 }]);
  await services.redis.zadd('{stock}:reserved', Date.now() - 120_000, left);
  const runId = randomUUID();
  const failing = { workflowId: `order-${runId}`, runId, workflowType: 'order', failures: 9, cause: 'made' };
  await recordFailingWorkflow(db, failing);
  return { made, reservationId, runId, overReserved, drifted, left };
}

async function putRight({ made, reservationId, runId, overReserved }: Discrepancies): Promise<void> {
  const { db, stockCounters } = services;
  await deleteMadeOrder(db, made);
  await db.run('delete from reservations where id = $1', [reservationId]);
  await db.run('delete from failing_workflows where run_id = $1', [runId]);
  await force(db, ['update products set reserved_quantity = 0 where id = $1'], [overReserved]);
  await stockCounters.correct(overReserved, 6, 10);
}

/** Expected findings: check, subject, and detail. */
const expected = ({
  made,
  reservationId,
  runId,
  overReserved,
}: Discrepancies): [Finding['check'], string, string][] => [
  ['stock', `product ${overReserved}`, 'reserved_quantity is 4, but its reservations add up to 0; stock is 10'],
  ['reservations', `reservation ${reservationId}`, 'is still reserved; it expired at '],
  ['workflows', `workflow order-${runId}`, 'its workflow task has been failing since '],
  ['money', `order ${made.orderId}`, 'records 2500 as charged, but Stripe has 0 (minor units)'],
  ['units', `order ${made.orderId}`, `has refunds for 3 units of product ${made.productId}, but only 2 were bought`],
  ['orders', `order ${made.orderId}`, 'is delivered, but its fulfillment and payments make it paid'],
];
const repairs = ({ drifted, left }: Discrepancies) => [
  `- reservation ${left}: was still counted as reserved but is released`,
  `- product ${drifted}: was 3; set to 10`,
];

/** Runs `npm run audit`. */
async function program(args: string[] = [], environment: Record<string, string | undefined> = {}) {
  const lines: string[] = [];
  const { POSTGRES_URL, REDIS_URL } = services.settings;
  const own = { NODE_OPTIONS: '', POSTGRES_URL, REDIS_URL, STRIPE_API_URL: standIn.url, STRIPE_SECRET_KEY: SECRET_KEY };
  const options = {
    cwd: CHECKOUT,
    environment: { ...own, ...environment },
    onLine: (line: string) => lines.push(line),
  };
  const failed = await run(process.execPath, [join(CHECKOUT, 'worker/audit.ts'), ...args], options).then(
    () => undefined,
    (error: unknown) => error as RunError,
  );
  if (failed && !(failed instanceof RunError)) throw failed;
  return { exitCode: Number(/failed with code (\d+)/.exec(failed?.message ?? '')?.[1] ?? 0), lines };
}

describe('with a discrepancy of each kind', () => {
  beforeEach(async () => {
    wrong = await makeDiscrepancies();
  });
  afterEach(() => putRight(wrong));

  it('reports each under its check, repairs the counter, and sums each currency up', async () => {
    const report = await runAudit(services);
    const found = report.problems.map(({ check, subject, detail }) => [check, subject, detail]);
    expect(found).toEqual(
      expected(wrong).map(([check, subject, detail]) => [check, subject, expect.stringContaining(detail)]),
    );
    const list = report.problems.map(({ subject, detail }) => `- ${subject}: ${detail}`).join('\n');
    expect(report.markdown.startsWith(`**Discrepancies: 6**\n\n${list}\n\n`)).toBe(true);
    expect(report.markdown).toContain(`Repaired stock counters:\n\n${repairs(wrong).join('\n')}\n\n`);
    expect((await services.stockCounters.available([wrong.drifted])).get(wrong.drifted)).toBe(10);
    const money = (cents: number) => formatMoney(cents, CURRENCY);
    expect(report.markdown).toContain('| | charged | refunded | kept |\n| --- | --- | --- | --- |\n');
    expect(report.markdown).toContain(
      `| Stripe, NOK | ${money(0)} | ${money(0)} | ${money(0)} |\n| Orders, NOK | ${money(2500)} | ${money(0)} | ${money(2500)} |`,
    );
  }, 60_000);

  it('is printed completely by the program, which exits with 1', async () => {
    const { exitCode, lines } = await program();
    expect(exitCode).toBe(1);
    for (const [, subject, detail] of expected(wrong))
      expect(lines).toContainEqual(expect.stringContaining(`- ${subject}: ${detail}`));
    expect(lines).toEqual(expect.arrayContaining(repairs(wrong)));
    expect(lines.filter((line) => line.startsWith('| ')).length).toBeGreaterThan(3);
    const all = await program(['--all']);
    expect(all.exitCode).toBe(1);
    expect(all.lines).toContainEqual(expect.stringContaining(`order ${wrong.made.orderId}: records 2500 as charged`));
  }, 120_000);
});

describe('without discrepancies', () => {
  it('says so, and exits with 0', async () => {
    const { exitCode, lines } = await program();
    expect(lines.join('\n')).toContain('**No discrepancies found.**');
    expect(exitCode).toBe(0);
    expect((await program()).lines.join('\n')).toContain('The stock counters needed no repair.');
  }, 120_000);

  it('leaves out discrepancies that disappear during the audit, since orders keep changing', async () => {
    const { db, stripe } = services;
    // There is a payment to check, so that progress is reported.
    await stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    const runId = randomUUID();
    const failing = { workflowId: `order-${runId}`, runId, workflowType: 'order', failures: 9, cause: 'made' };
    await recordFailingWorkflow(db, failing);
    let settled: Promise<unknown> | undefined;
    const report = await runAudit(services, undefined, () => {
      settled ??= db.run('delete from failing_workflows where run_id = $1', [runId]);
    });
    expect(await settled).toBe(1);
    expect(report.problems.filter(({ subject }) => subject.includes(runId))).toEqual([]);
  }, 60_000);
});

it('exits with 2 and names the problem when it can’t run', async () => {
  const { exitCode, lines } = await program([], { POSTGRES_URL: undefined });
  expect(exitCode).toBe(2);
  expect(lines.join('\n')).toContain('POSTGRES_URL');
}, 60_000);
