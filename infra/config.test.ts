import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSome, settingsSchema } from './config.ts';

it.each(['zzz', 'USD', 'dollars', 'xau'])('rejects the currency %s with an example', (CURRENCY) => {
  expect(() => readSome(['CURRENCY'], { CURRENCY })).toThrow(
    /CURRENCY: is not a currency that Stripe supports \(.*such as usd/,
  );
});

it.each(['usd', 'jpy', 'kwd', 'isk'])('accepts the currency %s', (CURRENCY) => {
  expect(readSome(['CURRENCY'], { CURRENCY })).toEqual({ CURRENCY });
});

/** Settings that docker-compose.yml does not set, with the reason for each. */
const NOT_IN_COMPOSE: Readonly<Record<string, string>> = {
  ELASTICSEARCH_INDEX: 'the cluster of compose is the shop’s own',
  TEMPORAL_NAMESPACE: 'infra/docker/temporal-namespace.sh makes the namespace `default`',
  TEMPORAL_UI_OPERATOR: 'read by the local stack; compose has the Web UI’s own TEMPORAL_…_DISABLED',
  TASK_QUEUES: 'the only worker of compose serves all of them',
  WORKER_BUNDLE: 'the image has no prebuilt bundle',
  WORKER_SHUTDOWN_GRACE_SECONDS: 'must stay below the `stop_grace_period` that compose gives the worker',
};

it('docker-compose.yml passes every setting except those with a reason, and nothing else', () => {
  const compose = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8');
  const [, block = ''] = /^x-environment: .*\n((?: .*\n)+)/m.exec(compose) ?? [];
  const passedOn = [...block.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name!);
  expect([...passedOn, ...Object.keys(NOT_IN_COMPOSE)].sort()).toEqual(Object.keys(settingsSchema.shape).sort());
});
