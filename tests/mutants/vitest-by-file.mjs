/**
 * A plugin of Stryker: its Vitest runner, but for one thing. To run the tests that reach a mutant, that runner filters by their full names, with a
 * blank between the names of suites and test; since Vitest 5 there stands “ > ”, so that no test in a suite would run and every mutant survive.
 * Here all tests of the files in which those tests are run, until the first failure.
 */
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';

const [{ factory }] = vitestPlugins;

/** IDs of tests are `file#name`; an empty name matches every test. */
const filesOf = (testIds) => [...new Set(testIds.map((id) => `${id.slice(0, id.indexOf('#'))}#`))];

function createRunner(injector) {
  const runner = factory(injector);
  const run = runner.mutantRun.bind(runner);
  runner.mutantRun = (options) => run({ ...options, testFilter: options.testFilter && filesOf(options.testFilter) });
  return runner;
}
createRunner.inject = factory.inject;

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'vitest-by-file', createRunner)];
