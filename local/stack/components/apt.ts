/** Debian packages from the machine's apt: unpacked into a folder without root, or installed as root. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/run.ts';
import { onPath } from './programs.ts';
import type { Report } from './report.ts';

/** Why Debian packages are unavailable on this machine; undefined when they are available. */
export function aptObstacle(name: string): string | undefined {
  if (onPath('apt-get').length > 0 && onPath('dpkg-deb').length > 0) return undefined;
  return `it is installed from the Debian package ${name}, but apt is not available.`;
}

/**
 * Unpacks a package and its missing dependencies into a folder. Nothing is installed, so it needs no root and starts none of
 * the package's services.
 */
export async function aptUnpack(name: string, folder: string, report: Report, signal?: AbortSignal): Promise<void> {
  const obstacle = aptObstacle(name);
  if (obstacle) throw new Error(obstacle);
  const work = join(folder, '.apt');
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(work, part), { recursive: true });
  // Uses a separate folder for package lists and downloads: a new machine has no lists, and only root may update the machine's.
  const options = [
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
  ];
  const apt = (...args: string[]) =>
    run('apt-get', [...options.flatMap((option) => ['-o', option]), ...args], { cwd: folder, signal });
  report('fetching the package lists');
  await apt('update');
  const plan = await apt('install', '--simulate', '--no-install-recommends', name);
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]!);
  const wanted = missing.length > 0 ? missing : [name];
  report(`fetching ${wanted.length} packages`);
  await apt('download', ...wanted);
  report(`unpacking ${wanted.length} packages`);
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', join(folder, file), folder], { signal });
    rmSync(join(folder, file));
  }
  rmSync(work, { recursive: true });
}

/** Installs a package on the machine. @throws when that requires a password and there is no terminal to ask for it */
export async function aptInstall(name: string, report: Report, signal?: AbortSignal): Promise<void> {
  const obstacle = aptObstacle(name);
  if (obstacle) throw new Error(obstacle);
  const asRoot = await rootPrefix(name);
  const apt = (args: string[], onLine?: (line: string) => void) =>
    run(asRoot[0] ?? 'apt-get', [...asRoot.slice(1), ...(asRoot.length > 0 ? ['apt-get'] : []), ...args], {
      signal,
      onLine,
      environment: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  let steps = 0;
  let stepsDone = 0;
  const install = () =>
    apt(['install', '-y', '--no-install-recommends', name], (line) => {
      const packages = /(\d+) newly installed/.exec(line)?.[1];
      // Three steps per package: fetch, unpack, set up.
      if (packages) steps = Number(packages) * 3;
      if (!/^(Get:|Unpacking|Setting up)/.test(line) || steps === 0) return;
      stepsDone += 1;
      report(`installing ${steps / 3} packages`, Math.min(stepsDone / steps, 1));
    });
  report('checking apt');
  try {
    await install();
  } catch {
    // Missing or outdated lists name packages that no longer exist.
    report('fetching the package lists');
    await apt(['update']);
    await install();
  }
}

async function rootPrefix(name: string): Promise<string[]> {
  if (process.getuid?.() === 0) return [];
  const [sudo] = onPath('sudo');
  if (
    sudo &&
    (await run(sudo, ['-n', 'true']).then(
      () => true,
      () => false,
    ))
  )
    return [sudo, '-n'];
  throw new Error(
    `installing the Debian package ${name} requires root. Run "sudo apt-get install ${name}" and try again.`,
  );
}
