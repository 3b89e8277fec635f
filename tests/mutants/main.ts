/**
 * `npm run test:mutants`: would the tests notice mistakes? Changes the code in small ways, one at a time, and runs the tests that should fail.
 * Without options: pure code, by Stryker; what did not change since the last run is not run again, unless `--force` is given.
 * `--servers`: code that needs real servers, by the list in `mistakes/`. `--only TEXT` chooses an area, a file, or words of a mistake; it can be
 * given several times.
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
