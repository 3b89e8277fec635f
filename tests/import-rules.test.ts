/** Each rule of `.dependency-cruiser.cjs` reports an import that breaks it, and no rule reports an allowed import. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, expect, it } from 'vitest';

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  forbidden: NonNullable<ICruiseOptions['ruleSet']>['forbidden'];
  options: ICruiseOptions;
};

/** A small project: a file for each folder, and files that all may import. */
const FILES: Readonly<Record<string, string>> = {
  'domain/rule.ts': '',
  'api/contracts/body.ts': '',
  'api/route.ts': '',
  'workflows/order/messages.ts': '',
  'workflows/order/workflow.ts': '',
  'activities/step.ts': '',
  'infra/adapter.ts': '',
  'local/stack/server.ts': '',
  'worker/program.ts': '',
  'storefront/src/lib/page.ts': '',
  'storefront/src/Page.svelte': '',
  'tests/helper.ts': '',
  'bench/load.ts': '',
};

const FORBIDDEN: readonly (readonly [rule: string, from: string, imports: string])[] = [
  ['domain-is-pure', 'domain/rule.ts', "import '../infra/adapter.ts';"],
  ['domain-without-packages', 'domain/rule.ts', "import 'node:fs';"],
  ['contracts', 'api/contracts/body.ts', "import '../../infra/adapter.ts';"],
  ['workflows-values', 'workflows/order/workflow.ts', "import '../../activities/step.ts';"],
  ['workflows-types', 'workflows/order/workflow.ts', "import type { A } from '../../infra/adapter.ts';"],
  ['workflows-without-node', 'workflows/order/workflow.ts', "import 'node:crypto';"],
  ['activities', 'activities/step.ts', "import '../api/route.ts';"],
  ['activities', 'activities/step.ts', "import '../workflows/order/workflow.ts';"],
  ['infra', 'infra/adapter.ts', "import '../local/stack/server.ts';"],
  ['infra', 'infra/adapter.ts', "import type { A } from '../activities/step.ts';"],
  ['api', 'api/route.ts', "import '../activities/step.ts';"],
  ['api', 'api/route.ts', "import '../local/stack/server.ts';"],
  ['api', 'api/route.ts', "import '../tests/helper.ts';"],
  ['worker', 'worker/program.ts', "import '../api/route.ts';"],
  ['worker', 'worker/program.ts', "import '../local/stack/server.ts';"],
  ['local', 'local/stack/server.ts', "import '../../storefront/src/lib/page.ts';"],
  ['storefront', 'storefront/src/lib/page.ts', "import '../../../infra/adapter.ts';"],
  ['storefront', 'storefront/src/Page.svelte', '<script lang="ts">import \'../../api/route.ts\';</script>'],
];
const ALLOWED: readonly (readonly [from: string, imports: string])[] = [
  ['api/contracts/body.ts', "import '../../domain/rule.ts'; import 'zod';"],
  ['workflows/order/workflow.ts', "import type { A } from '../../activities/step.ts';"],
  ['activities/step.ts', "import '../infra/adapter.ts'; import '../workflows/order/messages.ts';"],
  ['api/route.ts', "import '../infra/adapter.ts'; import '../workflows/order/messages.ts';"],
  ['worker/program.ts', "import '../activities/step.ts'; import '../workflows/order/workflow.ts';"],
  ['local/stack/server.ts', "import '../../infra/adapter.ts'; import '../../activities/step.ts';"],
  ['storefront/src/Page.svelte', '<script lang="ts">import \'../../api/contracts/body.ts\';</script>'],
  ['tests/helper.ts', "import '../local/stack/server.ts'; import '../api/route.ts';"],
  ['bench/load.ts', "import '../local/stack/server.ts';"],
];

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

/** @returns the names of the rules that the project breaks with these file contents */
async function broken(contents: Readonly<Record<string, string>>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'import-rules-'));
  roots.push(root);
  for (const [path, text] of Object.entries({ ...FILES, ...contents })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const folders = [...new Set(Object.keys(FILES).map((path) => path.split('/')[0]!))];
  const { output } = await cruise(folders, { ...options, baseDir: root, ruleSet: { forbidden }, validate: true });
  return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))];
}

it.each(FORBIDDEN)('%s: %s may not “%s”', async (rule, from, imports) => {
  expect(await broken({ [from]: imports })).toEqual([rule]);
});

it('no-circular: includes type-only imports', async () => {
  const types = (from: string) => `import type { A } from '${from}'; export type B = A;`;
  const circle = { 'api/one.ts': types('./two.ts'), 'api/two.ts': types('./one.ts') };
  expect(await broken(circle)).toEqual(['no-circular']);
});

it('has only rules that are tested here', () => {
  const names = (forbidden ?? []).map(({ name }) => name).filter((name) => name !== 'no-circular');
  expect(new Set(FORBIDDEN.map(([rule]) => rule))).toEqual(new Set(names));
});

it.each(ALLOWED)('%s may “%s”', async (from, imports) => {
  expect(await broken({ [from]: imports })).toEqual([]);
});
