import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatOf, type ImportFormat, readSource } from './import-source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function collected(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function read(format: ImportFormat, content: string, unknown: string[] = []): Promise<unknown[]> {
  const path = join(folder, 'file');
  await writeFile(path, content);
  return await collected(readSource(path, format, (names) => unknown.push(...names)));
}

describe('a CSV file', () => {
  it('is read record by record, each with its first line', async () => {
    const content = '\ufeffSKU,Name,Stock Quantity\r\nA,"x, ""y""",1\r\n\r\nB,"two\nlines",2\nC,c,3\n';
    expect(await read('csv', content)).toEqual([
      { line: 2, record: { sku: 'A', name: 'x, "y"', stock_quantity: '1' } },
      { line: 4, record: { sku: 'B', name: 'two\nlines', stock_quantity: '2' } },
      { line: 6, record: { sku: 'C', name: 'c', stock_quantity: '3' } },
    ]);
  });

  it('continues after a bad record', async () => {
    const items = await read('csv', 'sku,name\nA,a\nB\nC,c,d\nD,5" pipe\n');
    expect(items).toHaveLength(4);
    expect(items).toContainEqual({ line: 3, reason: 'has 1 fields, but the header has 2' });
    expect(items).toContainEqual({ line: 4, reason: 'has 3 fields, but the header has 2' });
    expect(items).toContainEqual({ line: 5, record: { sku: 'D', name: '5" pipe' } });
  });

  it('reports where a quote is not closed', async () => {
    expect(await read('csv', 'sku,name\nA,a\nB,"open\nC,c\n')).toEqual([
      { line: 2, record: { sku: 'A', name: 'a' } },
      { line: 3, reason: expect.stringMatching(/quote that is never closed/) },
    ]);
  });

  it('must have a valid header', async () => {
    await expect(read('csv', '')).rejects.toThrow(/empty/);
    await expect(read('csv', 'name,price\na,1\n')).rejects.toThrow(/sku/);
    await expect(read('csv', 'sku,sku\na,1\n')).rejects.toThrow(/twice/);
    const unknown: string[] = [];
    await read('csv', 'sku,color\na,1\n', unknown);
    expect(unknown).toEqual(['color']);
  });
});

describe('an NDJSON file', () => {
  it('is read line by line and continues after a bad one', async () => {
    expect(await read('ndjson', '\ufeff{"sku":"a"}\nnope\n\n[1]\nnull\n{"sku":"b","price":1.5}')).toEqual([
      { line: 1, record: { sku: 'a' } },
      { line: 2, reason: 'is not valid JSON' },
      { line: 4, reason: 'is not a JSON object' },
      { line: 5, reason: 'is not a JSON object' },
      { line: 6, record: { sku: 'b', price: 1.5 } },
    ]);
  });
});

describe('a file', () => {
  it('has a format by its extension, and fails when it does not exist', async () => {
    expect(['a.CSV', 'b.ndjson', 'c.jsonl', 'd.txt'].map(formatOf)).toEqual(['csv', 'ndjson', 'ndjson', undefined]);
    for (const format of ['csv', 'ndjson'] as const) {
      await expect(collected(readSource(join(folder, 'nowhere'), format))).rejects.toMatchObject({
        code: 'ENOENT',
      });
    }
  });
});
