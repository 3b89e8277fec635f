import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../domain/random.ts';
import { readOrders, readRow } from './orders-file.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const CUT_MS = Date.parse('2024-03-01');
const DAY_MS = 86_400_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-recommend-'));
  await writeFile(join(folder, 'orders.csv.gz'), gzipSync(madeOrders()));
});
afterAll(() => rm(folder, { recursive: true }));

/** 60 customers with three tastes over 120 days, of which 90 are before the cut; every eighth invoice is a guest's. */
function madeOrders(): string {
  const random = new Random('orders');
  const lines = [HEADER];
  for (let invoice = 0; invoice < 600; invoice += 1) {
    const customer = invoice % 8 === 0 ? random.integer(0, 59) : invoice % 60;
    const day = new Date(CUT_MS + (random.integer(0, 119) - 90) * DAY_MS).toISOString().slice(0, 10);
    for (let line = 0; line < 5; line += 1) {
      const code = 10_000 + Math.floor(random.fraction() ** 2 * 20) * 3 + (customer % 3);
      const known = invoice % 8 === 0 ? '' : String(customer);
      lines.push(`${invoice},${code}a,"a thing, made",1,${day} 10:00:00,1.5,${known},France`);
    }
  }
  return `${lines.join('\n')}\n`;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(command: 'evaluate' | 'predict', ...args: string[]): Promise<Ended> {
  const program = fileURLToPath(new URL(`./${command}.ts`, import.meta.url));
  return new Promise((done) => {
    execFile(process.execPath, [program, ...args], { cwd: folder }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('a row', () => {
  const row = {
    InvoiceNo: '536365',
    StockCode: '85123a',
    Quantity: '6',
    InvoiceDate: '2010-12-01 08:26:00',
    UnitPrice: '2.55',
    CustomerID: '17850',
  };

  it('is a purchase with its stock code in upper case', () => {
    const timeMs = Date.UTC(2010, 11, 1, 8, 26);
    expect(readRow(row)).toEqual({ customer: '17850', item: '85123A', invoice: '536365', timeMs });
    expect(readRow({ ...row, CustomerID: '' })).toMatchObject({ customer: undefined, item: '85123A' });
  });

  it.each([
    ['a cancellation', { InvoiceNo: 'C536365' }],
    ['returned', { Quantity: '-1' }],
    ['given away', { UnitPrice: '0' }],
    ['a correction of debt', { UnitPrice: '-11062.06' }],
    ['postage', { StockCode: 'POST' }],
    ['not a product code', { StockCode: '85123ABC' }],
  ])('is left out when it is %s', (_, change) => {
    expect(readRow({ ...row, ...change })).toBeUndefined();
  });

  it('must have a date', () => {
    expect(() => readRow({ ...row, InvoiceDate: '12/1/2010 8:26' })).toThrow(/Use the format 2011-10-08 13:45:00/);
  });
});

describe('a file', () => {
  const read = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content);
    return await all(readOrders(join(folder, name)));
  };

  it('gets an explanation when it is invalid', async () => {
    await expect(read('a.csv', 'sku,price\n1,2\n')).rejects.toThrow(/missing: InvoiceNo, StockCode/);
    await expect(read('b.csv', `${HEADER}\n`)).rejects.toThrow(/has no orders/);
    await expect(read('c.csv.gz', 'not packed')).rejects.toThrow(/not a gzip file/);
    await expect(read('d.csv.gz', gzipSync(madeOrders()).subarray(0, 5_000))).rejects.toThrow(/is truncated/);
    await expect(read('e.csv', `${HEADER}\n1,85123A,x,1,soon,1,1,France\n`)).rejects.toThrow(/order line 1/);
    await expect(read('f.csv', `${HEADER}\n1,2\n`)).rejects.toThrow(/not valid CSV/);
    await expect(all(readOrders(join(folder, 'none.csv')))).rejects.toThrow(/does not exist/);
  });
});

describe('evaluate', () => {
  it('prints the scores of the seed model and ours', async () => {
    const { code, stdout } = await run('evaluate', '--orders', 'orders.csv.gz', '--cut', '2024-03-01');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Trained on \d+ lines before 2024-03-01: 60 customers, 60 items\. Scored: \d+ customers/);
    expect(stdout).toMatch(/\| seed: TruncatedSVD, 50 +\| 0\.\d{4} \(0\.\d{4}–0\.\d{4}\) \| [01]\.\d{3} +\|/);
    expect(stdout).toMatch(/\| ours +\| 0\.\d{4} \(0\.\d{4}–0\.\d{4}\) \| [01]\.\d{3} +\|/);
  }, 60_000);

  it('says what to do when it can’t evaluate', async () => {
    expect(await run('evaluate', '--orders', 'orders.csv.gz')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--cut must be a date such as 2011-10-08\./),
    });
    expect(await run('evaluate', '--orders', 'orders.csv.gz', '--cut', '2024-02-30')).toMatchObject({ code: 1 });
    const late = await run('evaluate', '--orders', 'orders.csv.gz', '--cut', '2031-01-01');
    expect(late.stderr).toMatch(/leaves nothing to score: .* covers 2023-12-02 to 2024-03-30/);
  }, 60_000);
});

it('predict writes ten recommendations each: new ones exclude bought items, and no item recommends itself', async () => {
  const { code } = await run('predict', '--orders', 'orders.csv.gz', '--before', '2024-03-01', '--out', 'out');
  expect(code).toBe(0);
  const rowsOf = async (name: string) => {
    const [header, ...rows] = (await readFile(join(folder, 'out', name), 'utf8')).trim().split('\n');
    return { header, rows: rows.map((row) => row.split(',') as [string, string, string]) };
  };
  const bought = new Set<string>();
  for await (const { customer, item, timeMs } of readOrders(join(folder, 'orders.csv.gz'))) {
    if (timeMs < CUT_MS) bought.add(`${customer} ${item}`);
  }
  const fresh = await rowsOf('new.csv');
  expect(fresh.header).toBe('customer,rank,stock_code');
  expect(fresh.rows).toHaveLength(600);
  expect(fresh.rows.slice(0, 10).map(([, rank]) => rank)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  expect(fresh.rows.filter(([customer, , item]) => bought.has(`${customer} ${item}`))).toEqual([]);
  const repeat = await rowsOf('repeat.csv');
  expect(repeat.rows).toHaveLength(600);
  expect(repeat.rows.some(([customer, , item]) => bought.has(`${customer} ${item}`))).toBe(true);
  const similar = await rowsOf('similar.csv');
  expect(similar.header).toBe('stock_code,rank,similar_stock_code');
  expect(similar.rows.filter(([item, , other]) => item === other)).toEqual([]);
  expect(new Set(similar.rows.map((row) => `${row[0]} ${row[2]}`)).size).toBe(600);
}, 60_000);
