/** `npm run recommend:evaluate -- --orders FILE --cut DATE`: scores the seed model and ours on your own orders. */
import { parseArgs } from 'node:util';
import { textTable } from '../../../infra/text-table.ts';
import { trainBlend } from '../model/blend.ts';
import { evaluate, type ListMaker, type Measured, type Scores, truthOf } from '../model/evaluation.ts';
import { type History, HistoryBuilder, type Purchase } from '../model/history.ts';
import { KernelPool } from '../model/kernel-pool.ts';
import { Recommender } from '../model/recommender.ts';
import { SeedModel } from '../model/seed-model.ts';
import { progress, readDay, required, runCommand } from './command.ts';
import { OrdersFileError, readOrders } from './orders-file.ts';

const DAY_MS = 86_400_000;
const SCORED_DAYS = 31;

const HELP = `npm run recommend:evaluate -- --orders FILE --cut DATE
  --orders FILE  .csv or .csv.gz with the columns InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID
  --cut DATE     such as 2011-10-08; trains on earlier orders and scores the ${SCORED_DAYS} days from this date

Reports, with 95% intervals (bootstrap over customers or invoices):
  A NDCG@10      ten items that are new to the customer
  A coverage     share of all items that are shown to the customers in A
  B NDCG@10      ten items, bought before or not
  C NDCG@10      the other items of an invoice, given one of them
  seconds        training time; peak MB is the program's peak memory so far`;

interface Sides {
  history: History;
  after: Purchase[];
}

const report = progress();

async function readSides(path: string, cutMs: number, signal: AbortSignal): Promise<Sides> {
  const before = new HistoryBuilder();
  const after: Purchase[] = [];
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const purchase of readOrders(path, (lines) => report('reading', `${lines} lines`))) {
    signal.throwIfAborted();
    firstMs = Math.min(firstMs, purchase.timeMs);
    lastMs = Math.max(lastMs, purchase.timeMs);
    if (purchase.timeMs < cutMs) before.add(purchase);
    else if (purchase.timeMs < cutMs + SCORED_DAYS * DAY_MS) after.push(purchase);
  }
  const history = before.build();
  if (history.customers.length === 0 || after.length === 0) {
    const day = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 10);
    throw new OrdersFileError(
      lastMs < firstMs
        ? `${path} has no usable purchases. Cancellations are ignored; quantity and price must be above 0, and stock codes must look like 85123A.`
        : `The cut leaves nothing to ${after.length === 0 ? 'score' : 'train on'}: ${path} covers ${day(firstMs)} to ${day(lastMs)}.`,
    );
  }
  return { history, after };
}

function figure({ mean, low, high }: Measured): string {
  return `${mean.toFixed(4)} (${low.toFixed(4)}–${high.toFixed(4)})`;
}

function row(name: string, scores: Scores, seconds: number): string[] {
  const megabytes = process.resourceUsage().maxRSS / 1024;
  return [
    name,
    figure(scores.newItems),
    scores.coverage.toFixed(3),
    figure(scores.anyItems),
    figure(scores.similarItems),
    seconds.toFixed(1),
    megabytes.toFixed(0),
  ];
}

await runCommand(HELP, async (signal) => {
  const { values } = parseArgs({ options: { orders: { type: 'string' }, cut: { type: 'string' } } });
  const path = required('--orders', values.orders);
  const cutMs = readDay('--cut', values.cut);
  const { history, after } = await readSides(path, cutMs, signal);
  const truth = truthOf(history, after);
  const pool = new KernelPool({ signal });
  const rows: string[][] = [];
  const measure = async (name: string, train: () => Promise<ListMaker>) => {
    report(name, 'training');
    const beganMs = performance.now();
    const model = await train();
    const seconds = (performance.now() - beganMs) / 1000;
    report(name, 'scoring');
    rows.push(row(name, evaluate(model, truth, history.items.length), seconds));
  };
  try {
    await measure('seed: TruncatedSVD, 50', () => SeedModel.train(pool, history, cutMs));
    await measure('ours', async () => {
      const onProgress = (fraction: number) => report('ours', 'training', fraction);
      return new Recommender(await trainBlend(pool, history, { endMs: cutMs, onProgress }), history, cutMs);
    });
  } finally {
    await pool.close();
  }
  const { customers, items, itemOf } = history;
  console.log(
    `Trained on ${itemOf.length} lines before ${values.cut}: ${customers.length} customers, ${items.length} items. Scored: ` +
      `${truth.byCustomer.size} customers, ${truth.invoices.length} invoices of the ${SCORED_DAYS} days from it.\n`,
  );
  console.log(textTable(['model', 'A NDCG@10', 'A coverage', 'B NDCG@10', 'C NDCG@10', 'seconds', 'peak MB'], rows));
});
