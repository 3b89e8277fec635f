/**
 * Schemathesis sends generated requests, valid and not, to every operation as every role. No response may be a server error, have a
 * status that the operation does not document, or a body outside its schema. The seed is fixed, so a failure repeats.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Role } from '../domain/roles.ts';
import { RunError, run } from '../local/stack/processes/run.ts';
import { signedIn } from './support/accounts.ts';
import { startTestShop, type TestShop } from './support/shop.ts';

const PROGRAM = process.env.SCHEMATHESIS_BIN;
/** Generated requests per operation, in addition to those that cover each keyword of its schemas. */
const EXAMPLES = 8;
const SEED = 1;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

let shop: TestShop;
let folder: string;
beforeAll(async () => {
  if (!PROGRAM) throw new Error('SCHEMATHESIS_BIN must name the schemathesis program; `npm test` sets it.');
  folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(async () => {
  await shop?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

const roles: readonly (Role | 'anonymous' | 'guest')[] = [
  'anonymous',
  'guest',
  'customer',
  'support',
  'support_lead',
  'admin',
];

async function credentialOf(role: (typeof roles)[number]): Promise<string[]> {
  if (role === 'anonymous') return [];
  if (role === 'guest') return ['--header', `X-Cart-Id: ${randomUUID()}`];
  return ['--header', `Authorization: Bearer ${(await signedIn(shop, role)).token}`];
}

it.each(roles)('every response to generated requests by %s is as documented', { timeout: 240_000 }, async (role) => {
  const options = [
    ...['--checks', CHECKS.join(',')],
    ...['--phases', 'examples,coverage,fuzzing'],
    ...['--max-examples', String(EXAMPLES)],
    ...['--generation-database', 'none'],
    ...['--seed', String(SEED)],
    ...['--workers', '1'],
    ...['--request-timeout', '30'],
    ...['--suppress-health-check', 'all'],
    ...['--warnings', 'off'],
    '--continue-on-failure',
    '--no-shrink',
    ...(await credentialOf(role)),
  ];
  const lines: string[] = [];
  const failed = await run(PROGRAM!, ['run', `${shop.api.url}/api/openapi.json`, ...options], {
    cwd: folder,
    environment: { NO_COLOR: '1', PYTHONHASHSEED: '0' },
    onLine: (line) => lines.push(line),
  }).catch((error: unknown) => error as RunError);
  const report = lines.join('\n');
  expect(failed instanceof RunError ? report.slice(-8_000) : '').toBe('');
  // A run that tested nothing would pass as well.
  expect(Number(/^\s*(\d+) generated/m.exec(report)?.[1])).toBeGreaterThan(1_000);
});
