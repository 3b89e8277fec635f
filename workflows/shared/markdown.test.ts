import { describe, expect, it } from 'vitest';
import { inColumn, plain, table, who, withExample, withoutMath } from './markdown.ts';

describe('text that people wrote', () => {
  it('stays plain text even if it contains Markdown', () => {
    expect(plain('*Arrived* [broken](x) | $5\n# _now_')).toBe(
      '\\*Arrived\\* \\[broken\\]\\(x\\) \\| \\$5 \\# \\_now\\_',
    );
  });

  it('keeps its hyphens and fractions, which a typesetter would change', () => {
    expect(plain('a \n b')).toBe('a b');
    expect(plain('AB--12-3')).toBe('AB\\-\\-12-3');
    expect(plain('12 1/2 Mill Road, and/or 10/11/2026')).toBe('12 1&#47;2 Mill Road, and/or 10&#47;11&#47;2026');
  });
});

it('names an account by its role and the start of its ID', () => {
  expect(who('support_lead:253f39b8-95d6-4b33-8d3a-2f5d9c1e7a40')).toBe('support lead 253f39b8');
  expect(who('ui:Anna_B')).toBe('ui:Anna\\_B');
  expect(who('system')).toBe('system');
  for (const odd of [
    'support:253f39b8-95d6-4b33-8d3a-2f5d9c1e7a40x',
    'Anna support:253f39b8-95d6-4b33-8d3a-2f5d9c1e7a40',
  ])
    expect(who(odd)).toBe(odd);
});

it('formats a time that a narrow column can’t wrap', () => {
  expect(inColumn('2026-11-24T16:05:09.123Z')).toBe('2026\u201111\u201124\u00a016:05');
});

it('keeps a JSON example copyable', () => {
  expect(withExample('Give *it*: {"a": [1]}.')).toBe('Give \\*it\\*: `{"a": [1]}`.');
  expect(withExample('“{`}” is not known; use [x].')).toBe('“\\{\\`\\}” is not known; use \\[x\\].');
  expect(withExample('Give {"a_b": 1}')).toBe('Give `{"a_b": 1}`');
  expect(withExample('{"a_b": 1} or more_')).toBe('`{"a_b": 1}` or more\\_');
  for (const broken of ['[x\n{"a": 1}', '{"a": 1}\n]x']) expect(withExample(broken)).toBe(plain(broken));
  expect(withExample('There is no order x_y.')).toBe('There is no order x\\_y.');
});

describe('amounts on a page', () => {
  it('are never rendered as math, wherever the page shows them', () => {
    const page = `${table(['A', 'B'], [['$1.00', '$2.00']])}\n\n**$3.00** of $4.00, see [$5](/x)`;
    // The Web UI takes a dollar sign without a backslash for the start of a formula.
    expect(withoutMath(page)).not.toMatch(/(?<!\\)\$/);
    expect(withoutMath(page).replaceAll('\\$', '$')).toBe(page);
  });

  it('stay as they are where they are escaped already, or in code', () => {
    for (const text of [plain('$5'), 'send `{"amount": "$5"}` now', plain('a ` $ ` b')])
      expect(withoutMath(text)).toBe(text);
    expect(withoutMath('\\\\$')).toBe('\\\\\\$');
  });
});

it('a table counts the rows that it does not show', () => {
  const rows = Array.from({ length: 27 }, (_, index) => [`row ${index}`]);
  expect(table(['A'], rows)).toContain('… and 2 earlier');
  expect(table(['A'], rows, { max: 27 })).not.toContain('earlier');
  expect(table(['A'], rows, { max: 27, earlier: 4 })).toContain('… and 4 earlier');
  expect(table(['A'], [], { max: 0 })).not.toContain('row');
});
