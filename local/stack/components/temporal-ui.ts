/** Temporal's Web UI, newer than the dev server's: it shows tables in the details, and the sender of a signal. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSome } from '../../../infra/config.ts';
import { run } from '../processes/run.ts';
import { type Component, requireVersion, versionIn } from './component.ts';
import { goInstall, goObstacle } from './go-install.ts';
import { onPath } from './programs.ts';
import { httpProbe, type Launch, type ServerContext, type ServerDefinition } from './server.ts';

const VERSION = '2.55.0';
const MIN_VERSION = [2, 53];

const component: Component = {
  title: 'Temporal Web UI',
  setting: 'HOLDFAST_TEMPORAL_UI_BIN',
  cacheKey: `temporal-ui-${VERSION}`,
  waysToGet: [
    'set HOLDFAST_TEMPORAL_UI_BIN to the server program of temporalio/ui-server',
    'install Go',
    'set TEMPORAL_UI_URL to an existing one',
    'run docker compose up',
  ],
  inspect: async (path) => {
    const version = versionIn(await run(path, ['--version']));
    requireVersion(version, MIN_VERSION);
    return { path, version: version.text };
  },
  candidates: async () => onPath('temporal-ui-server'),
  cachedPath: (folder) => join(folder, 'temporal-ui-server'),
  obstacle: goObstacle,
  fetch: async (folder, report, signal) => {
    await goInstall(
      { module: `github.com/temporalio/ui-server/v2/cmd/server@v${VERSION}`, packages: 200 },
      folder,
      report,
      signal,
    );
    renameSync(join(folder, 'server'), join(folder, 'temporal-ui-server'));
  },
};

export const temporalUi: ServerDefinition = {
  name: 'temporal-ui',
  title: 'Temporal Web UI',
  rank: 50,
  externalSetting: 'TEMPORAL_UI_URL',
  ports: [{ name: 'temporal_ui', preferred: 8233 }],
  component: () => component,
  prepare,
  environment: (context) => ({ TEMPORAL_UI_URL: address(context) }),
};

function address({ ports }: ServerContext): string {
  return `http://127.0.0.1:${ports.temporal_ui}`;
}

async function prepare({ path }: { path: string }, context: ServerContext): Promise<Launch> {
  const folder = context.profile.dataFolder('temporal-ui');
  const { TEMPORAL_UI_OPERATOR: forOperator } = readSome(['TEMPORAL_UI_OPERATOR']);
  mkdirSync(join(folder, 'config'), { recursive: true });
  const settings = {
    temporalGrpcAddress:
      process.env.TEMPORAL_ADDRESS && context.profile.isShop
        ? process.env.TEMPORAL_ADDRESS
        : `127.0.0.1:${context.ports.temporal}`,
    host: '127.0.0.1',
    port: context.ports.temporal_ui,
    enableUi: true,
    defaultNamespace: 'default',
    cors: { cookieInsecure: true, allowOrigins: [address(context), `http://localhost:${context.ports.temporal_ui}`] },
    // Temporal's payloads are encrypted; the API decrypts them for pages of this origin.
    ...(context.ports.api && { codec: { endpoint: `http://127.0.0.1:${context.ports.api}/api/codec` } }),
    // A reset would repeat steps that moved money, a terminated order would skip its cleanup, and batch actions would do so to many.
    // Canceling a workflow does not cancel its order; the update `cancel` does.
    workflowResetDisabled: !forOperator,
    workflowTerminateDisabled: !forOperator,
    workflowCancelDisabled: !forOperator,
    batchActionsDisabled: !forOperator,
    // Its log would have each case in plain text, because the server renders the page from what the browser has decrypted.
    hideLogs: true,
    // No requests to other machines without consent.
    disableNewsFetch: true,
  };
  // JSON is valid YAML.
  writeFileSync(join(folder, 'config/local.yaml'), JSON.stringify(settings, null, 2));
  return {
    command: path,
    args: ['--root', folder, '--config', 'config', '--env', 'local', 'start'],
    cwd: folder,
    readyWithinMs: 30_000,
    probe: () => httpProbe(`${address(context)}/`),
  };
}
