/** Builds Go programs from the module registry. */
import { run } from '../processes/run.ts';
import { onPath } from './programs.ts';
import type { Report } from './report.ts';

export interface GoProgram {
  /** Package and version in the format of `go install`. */
  readonly module: string;
  /** Approximate number of packages in a clean build, for the progress display. */
  readonly packages: number;
}

/** Why Go can't build anything on this machine; undefined when it can. */
export function goObstacle(): string | undefined {
  return onPath('go').length === 0 ? 'it is built with Go, but `go` is not on PATH.' : undefined;
}

// Builds run one after the other because concurrent builds would compile shared packages twice on the same cores.
let turn: Promise<unknown> = Promise.resolve();

/** Runs `go install` into a folder. @throws when Go is missing or the build fails */
export function goInstall(program: GoProgram, folder: string, report: Report, signal?: AbortSignal): Promise<void> {
  const build = turn.then(() => buildNow(program, folder, report, signal));
  turn = build.catch(() => {});
  report('waiting for the Go compiler');
  return build;
}

async function buildNow(program: GoProgram, folder: string, report: Report, signal?: AbortSignal): Promise<void> {
  const obstacle = goObstacle();
  if (obstacle) throw new Error(obstacle);
  let downloads = 0;
  let compiled = 0;
  report('checking the module registry');
  await run('go', ['install', '-v', '-trimpath', '-ldflags=-s -w', program.module], {
    cwd: folder,
    // Without cgo, only Go's own compiler is needed. GOFLAGS may contain flags that only fit the user's other projects.
    environment: { GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: undefined },
    signal,
    onLine: (line) => {
      if (line.startsWith('go: downloading')) {
        downloads += 1;
        report(`fetching modules: ${downloads}`);
      } else if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(line)) {
        compiled += 1;
        const total = Math.max(program.packages, compiled);
        report(`compiling: ${compiled} of about ${total} packages`, Math.min(compiled / total, 0.99));
      }
    },
  });
}
