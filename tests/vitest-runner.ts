/** Runs Vitest as a separate process and counts the results. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { RunError, run } from '../local/stack/processes/run.ts';
import { CHECKOUT } from '../local/stack/profile.ts';

export type Project = 'unit' | 'workflows' | 'integration' | 'e2e';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Failed tests, as “file: test” with the start of the message. */
  readonly failures: readonly string[];
}

const VITEST = join(CHECKOUT, 'node_modules/vitest/vitest.mjs');

interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly JsonFile[];
}

interface JsonFile {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly JsonTest[];
}

interface JsonTest {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages?: readonly string[];
}

const MESSAGE_LINES = 8;

/** The projects with test files that match these arguments (file filters, `--project`). */
export async function projectsWithFiles(args: readonly string[]): Promise<Set<Project>> {
  const output = await run(process.execPath, [VITEST, 'list', '--filesOnly', ...args, '--json'], {
    cwd: CHECKOUT,
    environment: { NODE_ENV: 'test' },
  });
  const files = JSON.parse(output.slice(output.indexOf('['))) as { projectName: Project }[];
  return new Set(files.map(({ projectName }) => projectName));
}

/**
 * Runs the tests of some projects and shows the results; aborting the signal ends the run.
 * @param output `lines` when another run prints at the same time: whole lines without redrawing
 */
export async function runVitest(
  projects: readonly Project[],
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  { signal, output }: { signal: AbortSignal; output: 'terminal' | 'lines' },
): Promise<TestCounts> {
  return withReport(async (options) => {
    const reporters = ['--reporter=default', ...options];
    return new Promise<number>((resolve, reject) => {
      const child = spawn(
        process.execPath,
        [VITEST, 'run', ...only(projects), ...reporters, ...withoutProjects(args)],
        {
          cwd: CHECKOUT,
          stdio: output === 'terminal' ? 'inherit' : ['inherit', 'pipe', 'pipe'],
          env: { ...process.env, ...environment, NODE_ENV: 'test' },
        },
      );
      for (const stream of [child.stdout, child.stderr])
        if (stream) createInterface(stream).on('line', (line) => console.log(line));
      signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
      child.once('error', reject);
      child.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
  }, count);
}

/**
 * Runs tests of another checkout without output.
 * @param checkout root of the checkout
 * @param args filters and options for Vitest
 * @returns failed tests, as “file: test”
 * @throws when the signal ends the run
 */
export async function findFailures(
  checkout: string,
  projects: readonly Project[],
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string[]> {
  return withReport(
    async (options) => {
      try {
        await run(process.execPath, [VITEST, 'run', ...only(projects), ...options, ...args], {
          cwd: checkout,
          environment: { ...environment, NODE_ENV: 'test' },
          signal,
        });
        return 0;
      } catch (error) {
        if (error instanceof RunError) return 1;
        throw error;
      }
    },
    (report, code) => failuresOf(report, code, checkout, () => ''),
  );
}

const only = (projects: readonly Project[]): string[] => projects.map((project) => `--project=${project}`);

/** @param start runs Vitest with these options, which make it write a report, and returns its exit code */
async function withReport<Result>(
  start: (options: readonly string[]) => Promise<number>,
  read: (report: JsonReport | undefined, code: number) => Result,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tests-'));
  const path = join(folder, 'report.json');
  try {
    const code = await start(['--reporter=json', `--outputFile.json=${path}`]);
    return read(readReport(path), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): JsonReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JsonReport;
  } catch {
    return undefined;
  }
}

const isNotLoaded = ({ status, assertionResults }: JsonFile): boolean =>
  status === 'failed' && assertionResults.length === 0;

function failuresOf(
  report: JsonReport | undefined,
  code: number,
  checkout: string,
  describe: (test: JsonTest) => string,
): string[] {
  const files = report?.testResults ?? [];
  const nameOf = (file: JsonFile) => relative(checkout, file.name);
  const failures = files.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map((test) => `${nameOf(file)}: ${test.fullName}${describe(test)}`),
  );
  // After the first failure, files that have not started look like files that could not be loaded.
  if (failures.length > 0 || code === 0) return failures;
  const notLoaded = files.filter(isNotLoaded).map((file) => `${nameOf(file)}: could not be loaded`);
  return notLoaded.length > 0 ? notLoaded : ['an error outside any test'];
}

/** Also counts failures that no test shows: files that could not be loaded, and errors outside of tests. */
function count(report: JsonReport | undefined, code: number): TestCounts {
  const failures = failuresOf(report, code, CHECKOUT, startOfMessage);
  if (!report) return { passed: 0, failed: 1, skipped: 0, failures };
  const failed = report.numFailedTests + report.testResults.filter(isNotLoaded).length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

function startOfMessage({ failureMessages = [] }: JsonTest): string {
  return failureMessages
    .flatMap((message) => message.split('\n').slice(0, MESSAGE_LINES))
    .map((line) => `\n    ${line}`)
    .join('');
}

/** Removes `--project`, because the projects to run were already selected from it. */
function withoutProjects(args: readonly string[]): string[] {
  return args.filter((arg, index) => !arg.startsWith('--project') && args[index - 1] !== '--project');
}
