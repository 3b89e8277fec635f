/** Staff copy from docs/support, so every request in it must be accepted and every link must work. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openApiDocument } from '../api/openapi/document.ts';
import { SUPPORT_FIND_PATH, SUPPORT_LIST_NAMES, supportListPath } from '../infra/temporal/support-lists.ts';
import { CHECKOUT } from '../local/stack/profile.ts';
import { REINDEX_FORM } from '../workflows/catalog/workflow.ts';
import type { OrderCase } from '../workflows/order/case.ts';
import { handleStaffUpdates as handleOrderUpdates } from '../workflows/order/updates/index.ts';
import type { RefundCase } from '../workflows/refund/case.ts';
import { REFUND_FORM } from '../workflows/refund/form.ts';
import { handleStaffUpdates as handleRefundUpdates } from '../workflows/refund/staff-updates.ts';
import { RETRY_STOPPED_FORM } from '../workflows/retry-stopped/workflow.ts';
import type { localSteps } from '../workflows/shared/described-steps.ts';
import { checkForm } from '../workflows/shared/start-form.ts';
import { HANDBOOK } from './support/handbook.ts';

type Validator = (request: unknown) => void;
const handlers = vi.hoisted(() => new Map<string, (request: unknown) => void>());
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  setHandler: ({ name }: { name: string }, _handler: unknown, { validator }: { validator: Validator }) =>
    handlers.set(name, validator),
}));

/** Updates that only the shop sends, which the handbook tells staff not to use. */
const NOT_FOR_PEOPLE = ['decide'];

/** Code blocks of the handbook with the info string of their opening fence: "json order refund". */
const blocks = [...HANDBOOK.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(([, tag = '', code = '']) => ({ tag, code }));
const examples = blocks.flatMap(({ tag, code }) => {
  const [language, kind = '', name = ''] = tag.split(' ');
  return language === 'json' ? [{ kind, name, code }] : [];
});

/** Validators of a case whose records are not loaded yet, which check only the shape of a request. */
const validators: Record<string, Map<string, Validator>> = {};
beforeAll(() => {
  const stuck = { current: { since: '', what: '', why: '', tries: 1 } };
  handleOrderUpdates({ orderId: 'o', stuck } as unknown as OrderCase);
  validators.order = new Map(handlers);
  handlers.clear();
  handleRefundUpdates({ input: { orderId: 'o' }, stuck } as unknown as RefundCase, {} as ReturnType<typeof localSteps>);
  validators.refund = new Map(handlers);
  validators.start = new Map<string, Validator>(
    Object.entries(FORMS).map(([type, form]) => [type, (input) => checkForm(input, form)]),
  );
});

const FORMS = { refund: REFUND_FORM, reindexProduct: REINDEX_FORM, retryStopped: RETRY_STOPPED_FORM };

describe('each JSON example', () => {
  it('is accepted by its update or form', () => {
    for (const { kind, name, code } of examples) {
      const validator = validators[kind]?.get(name);
      expect(validator, `${kind} ${name}`).toBeTypeOf('function');
      expect(() => validator!(JSON.parse(code)), `${kind} ${name}`).not.toThrow();
    }
  });

  it('is formatted as the Web UI formats it; otherwise its button would move at the first click', () => {
    for (const { code } of examples) expect(code).toBe(`${JSON.stringify(JSON.parse(code), null, 2)}\n`);
  });

  it('has its own request ID, as the handbook asks for', () => {
    const ids = examples.map(({ code }) => JSON.parse(code).requestId).filter((id) => id !== undefined);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('together cover everything that staff can send', () => {
    const shown = (kind: string) => new Set(examples.filter((each) => each.kind === kind).map(({ name }) => name));
    for (const [kind, all] of Object.entries(validators))
      expect([...shown(kind)].sort()).toEqual([...all.keys()].filter((name) => !NOT_FOR_PEOPLE.includes(name)).sort());
  });
});

it('refuses requests without a reason, which proves that the check can fail', () => {
  expect(() => validators.order!.get('refund')!({ requestId: 'a', requestedBy: 'b' })).toThrow('“reason”');
  expect(() => validators.refund!.get('giveUp')!({ requestId: 'a', requestedBy: 'b' })).toThrow('“reason”');
});

it('links to exactly the find page and the existing lists', () => {
  const linked = [...HANDBOOK.matchAll(/\(http:\/\/127\.0\.0\.1:3001(\/[^)]*)\)/g)].map(([, path]) => path);
  expect([...new Set(linked)].sort()).toEqual([SUPPORT_FIND_PATH, ...SUPPORT_LIST_NAMES.map(supportListPath)].sort());
});

it('uses paths that exist in the API', () => {
  const paths = Object.keys(openApiDocument().paths ?? {});
  const called = blocks.flatMap(({ code }) => [...code.matchAll(/"\$SHOP([^"?]*)/g)].map(([, path]) => path));
  expect(called).toHaveLength(7);
  for (const path of called) expect(paths).toContain(path!.replace(/REFUND_ID|ORDER_ID/, '{id}'));
});

it('shows only existing images, and all of its images', () => {
  const shown = [...HANDBOOK.matchAll(/\(\.\.\/images\/(support-[\w-]+\.png)\)/g)].map(([, file]) => file);
  const there = readdirSync(join(CHECKOUT, 'docs/images')).filter((file) => file.startsWith('support-'));
  expect([...new Set(shown)].sort()).toEqual(there.sort());
});
