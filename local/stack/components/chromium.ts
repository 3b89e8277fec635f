/** Chromium for the browser tests: an installed one, otherwise Debian's package. Only for tests. */
import { run } from '../processes/run.ts';
import { aptInstall, aptObstacle } from './apt.ts';
import {
  type Component,
  ComponentError,
  findComponent,
  type Installation,
  messageOf,
  unobtainable,
  versionIn,
} from './component.ts';
import { isProgram, onPath } from './programs.ts';
import type { Report } from './report.ts';

export const chromium: Component = {
  title: 'Chromium',
  setting: 'CHROMIUM_BIN',
  cacheKey: 'chromium',
  waysToGet: ['set CHROMIUM_BIN to a Chromium or Chrome program', 'install the package chromium'],
  inspect: async (path) => {
    if (!isProgram(path)) throw new Error(`${path} is not an executable.`);
    return { path, version: versionIn(await run(path, ['--version'])).text };
  },
  candidates: async () => [
    ...onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  cachedPath: (folder) => folder,
  obstacle: () => aptObstacle('chromium'),
  fetch: async () => {
    throw new Error('the browser is installed on the machine, not in the cache.');
  },
};

/** Finds or installs Chromium. @throws ComponentError when it is unavailable */
export async function obtainChromium(report: Report, signal?: AbortSignal): Promise<Installation> {
  const found = await findComponent(chromium);
  if (found) return found;
  try {
    await aptInstall('chromium', report, signal);
    const installed = await findComponent(chromium);
    if (installed) return installed;
    throw new Error('apt installed it, but it is not on PATH.');
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ComponentError(unobtainable(chromium, messageOf(error)));
  }
}
