/**
 * `npm run test:mutants` checks whether the tests detect mistakes: it changes the code in small ways, one at a time, and runs the tests that
 * should fail. Without options, Stryker mutates pure code; code that did not change since the last run is skipped unless `--force` is set.
 * `--servers` applies the mistakes in `mistakes/` to code that needs real servers. `--only TEXT` selects an area, a file, or words of a
 * mistake; it can be repeated.
 */
import { parseArgs } from 'node:util';
import { plainProgress } from '../../infra/plain-progress.ts';
import { stopRequest } from '../../local/stack/stop-request.ts';
import { runPureMutants } from './pure-mutants.ts';
import { runServerMutants } from './server-mutants.ts';

const stop = stopRequest();
try {
  const { values } = parseArgs({
    options: {
      servers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      'no-baseline': { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
    },
  });
  const isEnough = values.servers
    ? await runServerMutants({
        only: values.only,
        withoutBaseline: values['no-baseline'],
        signal: stop.signal,
        onProgress: plainProgress((line) => console.error(line)),
      })
    : await runPureMutants({ only: values.only, isForced: values.force, signal: stop.signal });
  process.exitCode = isEnough ? 0 : 1;
} catch (error) {
  if (!stop.signal.aborted) console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
