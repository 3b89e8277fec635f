/** Schemathesis, which sends generated requests to an API and compares the responses with its OpenAPI document. Only for tests. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../processes/run.ts';
import { type Component, requireVersion, versionIn } from './component.ts';
import { onPath } from './programs.ts';

const VERSION = '4.32.5';
const PYTHON = [3, 10] as const;

/** Finds its packages beside it, because the folder is filled elsewhere and then moved into the cache. */
const PROGRAM = `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
PYTHONPATH="$here/packages" exec python3 -c 'from schemathesis.cli import schemathesis; schemathesis()' "$@"
`;

export const schemathesis: Component = {
  title: 'Schemathesis',
  setting: 'SCHEMATHESIS_BIN',
  cacheKey: `schemathesis-${VERSION}`,
  waysToGet: [
    'set SCHEMATHESIS_BIN to the schemathesis program',
    `install Python ${PYTHON.join('.')} or later with pip, or schemathesis on PATH`,
  ],
  inspect: async (path) => {
    const version = versionIn(await run(path, ['--version']));
    requireVersion(version, [4]);
    return { path, version: version.text };
  },
  candidates: async () => onPath('schemathesis'),
  cachedPath: (folder) => join(folder, 'schemathesis'),
  obstacle: () => (onPath('python3').length === 0 ? 'it needs Python, but `python3` is not on PATH.' : undefined),
  async fetch(folder, report, signal) {
    requireVersion(versionIn(await run('python3', ['--version'], { signal })), PYTHON);
    report('installing from the package registry');
    const packages = join(folder, 'packages');
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', packages];
    await run('python3', [...pip, `schemathesis==${VERSION}`], { signal });
    await writeFile(join(folder, 'schemathesis'), PROGRAM, { mode: 0o755 });
  },
};
