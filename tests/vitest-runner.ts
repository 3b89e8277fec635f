/** Runs Vitest as a program of its own and counts what came out of it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../infra/local/processes/run.ts';
import { CHECKOUT } from '../infra/local/profile.ts';

export type Project = 'unit' | 'workflows' | 'integration' | 'e2e';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const VITEST = join(CHECKOUT, 'node_modules/vitest/vitest.mjs');

interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** The projects that have test files under these arguments (file filters, `--project`). */
export async function projectsWithFiles(args: readonly string[]): Promise<Set<Project>> {
  const output = await run(process.execPath, [VITEST, 'list', '--filesOnly', ...args, '--json'], {
    cwd: CHECKOUT,
    environment: { NODE_ENV: 'test' },
  });
  const files = JSON.parse(output.slice(output.indexOf('['))) as { projectName: Project }[];
  return new Set(files.map(({ projectName }) => projectName));
}

/** Runs the tests of some projects and shows them; a signal given later ends the run. */
export async function runVitest(
  projects: readonly Project[],
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tests-'));
  const report = join(folder, 'report.json');
  const options = [
    ...projects.map((project) => `--project=${project}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(process.execPath, [VITEST, 'run', ...options, ...withoutProjects(args)], {
        cwd: CHECKOUT,
        stdio: 'inherit',
        env: { ...process.env, ...environment, NODE_ENV: 'test' },
      });
      signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
      child.once('error', reject);
      child.once('exit', (exitCode) => resolve(exitCode ?? 1));
    });
    return count(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not be loaded, or an error outside any test, is a failure that no test shows. */
function count(path: string, code: number): TestCounts {
  let report: JsonReport;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as JsonReport;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const filesNotLoaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + filesNotLoaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The projects to run were chosen from these already. */
function withoutProjects(args: readonly string[]): string[] {
  return args.filter((arg, index) => !arg.startsWith('--project') && args[index - 1] !== '--project');
}
