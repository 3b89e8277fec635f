import { expect, it } from 'vitest';
import { ORDER_STATUSES, statusInWords } from '../../domain/order-state.ts';
import { type CaseSearch, QUERIES, readSearch } from './case-search.ts';

const ID = '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55';

it.each<[string, CaseSearch]>([
  ['482-913-077', { by: 'number', number: '482-913-077' }],
  [' #482 913 077 ', { by: 'number', number: '482-913-077' }],
  ['482913077', { by: 'number', number: '482-913-077' }],
  [ID, { by: 'id', id: ID }],
  [` ${ID.toUpperCase()}\n`, { by: 'id', id: ID }],
  [`order-${ID}`, { by: 'order', orderId: ID }],
  [`Order-${ID.toUpperCase()}`, { by: 'order', orderId: ID }],
  [`refund-${ID}-ticket 4711`, { by: 'workflow', workflowId: `refund-${ID}-ticket 4711` }],
  [`reservation-${ID}`, { by: 'workflow', workflowId: `reservation-${ID}` }],
  ['unmatched-payment-pi_3Abc', { by: 'workflow', workflowId: 'unmatched-payment-pi_3Abc' }],
  ['retry-ticket 10', { by: 'workflow', workflowId: 'retry-ticket 10' }],
  ['Retry-Ticket 10', { by: 'workflow', workflowId: 'retry-Ticket 10' }],
  ['reindex-MUG-1', { by: 'workflow', workflowId: 'reindex-MUG-1' }],
  ['refund-ticket 4711', { by: 'workflow', workflowId: 'refund-ticket 4711' }],
  ['Ada.Moss+shop@Example.test', { by: 'email', address: 'Ada.Moss+shop@Example.test' }],
  ['pi_3Abc', { by: 'stripe', id: 'pi_3Abc' }],
  ['re_3Abc', { by: 'stripe', id: 're_3Abc' }],
  ['du_1Abc', { by: 'stripe', id: 'du_1Abc' }],
  ['Partially  refunded', { by: 'status', status: 'partially_refunded' }],
  ['under_review', { by: 'status', status: 'under_review' }],
  ['58.99', { by: 'amount', amount: 58.99 }],
  ['$58.99', { by: 'amount', amount: 58.99 }],
  ['US$ 58.99', { by: 'amount', amount: 58.99 }],
  ['1,234.50', { by: 'amount', amount: 1234.5 }],
  ['58.99 USD', { by: 'amount', amount: 58.99 }],
  ['¥5899', { by: 'amount', amount: 5899 }],
  ['58.990 kwd', { by: 'amount', amount: 58.99 }],
  ['58 €', { by: 'amount', amount: 58 }],
  ['2026-11-24', { by: 'day', day: '2026-11-24' }],
  ['2028-02-29', { by: 'day', day: '2028-02-29' }],
])('reads %j as %o', (entered, search) => {
  expect(readSearch(entered)).toEqual(search);
});

it('reads every status in the words of the page', () => {
  for (const status of ORDER_STATUSES) expect(readSearch(statusInWords(status))).toEqual({ by: 'status', status });
});

it.each([
  '',
  ' ',
  'Ada Moss',
  '65750F42',
  'ada@',
  '@example.test',
  'ada moss@example.test',
  `${ID}0`,
  'order-1',
  'order-',
  'refund-',
  'retry-',
  'retried-1',
  'pi_',
  'xx_3Abc',
  'refunded today',
  '2026-02-29',
  '2026-13-01',
  '-58.99',
  '58.9999',
  '5,8.99',
  '$',
  'over 100',
])('does not guess what %j means', (entered) => {
  expect(readSearch(entered)).toBeUndefined();
});

it('escapes what could end a quoted value of a query', () => {
  expect(QUERIES.workflow('refund-1-a"b\\c')).toBe('WorkflowId = "refund-1-a\\"b\\\\c"');
});
