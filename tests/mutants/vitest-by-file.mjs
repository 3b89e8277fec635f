/**
 * A Stryker plugin: its Vitest runner with one change. To run the tests that cover a mutant, the original filters by their full names, with a
 * space between suite and test. Vitest 5 uses “ > ” instead, so no test in a suite would run and every mutant would survive. This runner
 * runs all tests of the files with those tests, until the first failure. A file that can't be loaded has no tests and would count as passed;
 * here it counts as a failure.
 */
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { MutantRunStatus } from '@stryker-mutator/api/test-runner';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';

const [{ factory }] = vitestPlugins;

/** IDs of tests are `file#name`; an empty name matches every test. */
const filesOf = (testIds) => [...new Set(testIds.map((id) => `${id.slice(0, id.indexOf('#'))}#`))];

const isBroken = ({ result, tasks }) => result?.state === 'fail' && tasks.length === 0;

function createRunner(injector) {
  const runner = factory(injector);
  const run = runner.mutantRun.bind(runner);
  runner.mutantRun = async (options) => {
    const result = await run({ ...options, testFilter: options.testFilter && filesOf(options.testFilter) });
    const broken = runner.ctx.state.getFiles().find(isBroken);
    if (result.status !== MutantRunStatus.Survived || !broken) return result;
    const failureMessage = `${broken.name} can't be loaded: ${broken.result.errors?.[0]?.message}`;
    return { status: MutantRunStatus.Killed, killedBy: [], failureMessage, nrOfTests: result.nrOfTests };
  };
  return runner;
}
createRunner.inject = factory.inject;

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'vitest-by-file', createRunner)];
