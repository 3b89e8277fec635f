import { expect, it } from 'vitest';
import { plainProgress } from './plain-progress.ts';

it('writes a line for each new message, and one from time to time while only figures change', () => {
  const lines: string[] = [];
  let now = 0;
  const report = plainProgress(
    (line) => lines.push(line.trim()),
    () => now,
  );
  report('Elasticsearch', 'fetching 1 of 132 MB', { fraction: 0.01 });
  now = 5_000;
  report('Elasticsearch', 'fetching 50 of 132 MB', { fraction: 0.38 });
  now = 12_000;
  report('Elasticsearch', 'fetching 90 of 132 MB', { fraction: 0.68 });
  report('Elasticsearch', 'unpacking');
  report('Elasticsearch', '9.5.3 on port 19200', { done: true });
  expect(lines).toEqual([
    '0 s  · Elasticsearch: fetching 1 of 132 MB (1 %)',
    '12 s  · Elasticsearch: fetching 90 of 132 MB (68 %)',
    '12 s  · Elasticsearch: unpacking',
    '12 s  ✔ Elasticsearch: 9.5.3 on port 19200',
  ]);
});
