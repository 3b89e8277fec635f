/** Downloads artifacts from Maven Central with the machine's Maven, and thus with its settings, mirrors, and proxies. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/run.ts';
import { findJava } from './java.ts';
import { onPath } from './programs.ts';
import type { Report } from './report.ts';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
// biome-ignore lint/suspicious/noTemplateCurlyInString: the literal name of the folder
const UNRESOLVED = '${project.basedir}';

/** Why Maven can't download anything on this machine; undefined when it can. */
export function mavenObstacle(): string | undefined {
  if (onPath('mvn').length === 0) return 'it is downloaded with Maven, but `mvn` is not on PATH.';
  // Maven runs on any Java, including one that is not on PATH.
  return mavenJava() ? undefined : 'it is downloaded with Maven, which requires Java, but Java is not installed.';
}

function mavenJava(): string | undefined {
  return process.env.JAVA_HOME || findJava(8, false)?.home;
}

/** Unpacks an archive artifact (`group:name:version:type`) into a folder. */
export async function mavenUnpack(
  artifact: string,
  folder: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  await maven([`${PLUGIN}:unpack`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], folder, report, signal);
  // The plugin's records of what it unpacked; without a project, their folder's name stays unresolved.
  rmSync(join(folder, UNRESOLVED), { recursive: true, force: true });
}

/** Copies all runtime dependencies of the project in `pom` into `<folder>`. */
export async function mavenCopyDependencies(
  pom: string,
  folder: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  const args = ['-f', pom, `${PLUGIN}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  await maven(args, folder, report, signal);
}

async function maven(args: string[], cwd: string, report: Report, signal?: AbortSignal): Promise<void> {
  const obstacle = mavenObstacle();
  if (obstacle) throw new Error(obstacle);
  report('checking the registry');
  await run('mvn', args, {
    cwd,
    environment: { JAVA_HOME: mavenJava(), ...(process.env.MAVEN_OPTS ? {} : { MAVEN_OPTS: '-Xmx256m' }) },
    signal,
    onLine: (line) => reportTransfer(line, report),
  });
}

/** Reports Maven's progress, such as "Progress (1): 12/132 MB", except for small files. */
function reportTransfer(line: string, report: Report): void {
  const match = /Progress \(\d+\): .*?([\d.]+)\/([\d.]+) MB/.exec(line);
  if (match && Number(match[2]) >= 5)
    report(`fetching ${match[1]} of ${match[2]} MB`, Number(match[1]) / Number(match[2]));
  else if (line.includes('Unpacking')) report('unpacking');
}
