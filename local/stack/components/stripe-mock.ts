/** stripe-mock by Stripe, which checks every request against Stripe's OpenAPI description. Only for tests. */
import { join } from 'node:path';
import { run } from '../processes/run.ts';
import type { Component } from './component.ts';
import { goInstall, goObstacle } from './go-install.ts';
import { onPath } from './programs.ts';

const VERSION = '0.203.0';

export const stripeMock: Component = {
  title: 'stripe-mock',
  setting: 'STRIPE_MOCK_BIN',
  cacheKey: `stripe-mock-${VERSION}`,
  waysToGet: ['set STRIPE_MOCK_BIN to the stripe-mock program', 'install Go, or stripe-mock on PATH'],
  inspect: async (path) => {
    await run(path, ['-version']);
    return { path, version: path.includes(VERSION) ? VERSION : 'of the machine' };
  },
  candidates: async () => onPath('stripe-mock'),
  cachedPath: (folder) => join(folder, 'stripe-mock'),
  obstacle: goObstacle,
  fetch: (folder, report, signal) =>
    goInstall({ module: `github.com/stripe/stripe-mock@v${VERSION}`, packages: 120 }, folder, report, signal),
};
