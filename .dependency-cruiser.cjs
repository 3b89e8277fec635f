/** Which folder may import which; the table is in docs/architecture.md. */
const folders = 'domain|api|workflows|activities|worker|infra|local|storefront|tests|bench';
const CONTRACTS = '^api/contracts/';
const STARTS = ['^workflows/[^/]+/(messages|start)\\.ts$', '^workflows/shared/search-attributes\\.ts$'];
const notTests = '\\.test\\.ts$|/testing\\.ts$|/testing/';

/** @param {string} name @param {string} from @param {string[]} mayImport patterns of the files that the folder may import */
const only = (name, from, mayImport, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: notTests },
  to: { path: `^(${folders})/`, pathNot: mayImport },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    only('domain-is-pure', '^domain/', ['^domain/'], 'Domain rules are pure and import nothing else.'),
    {
      name: 'domain-without-packages',
      severity: 'error',
      from: { path: '^domain/', pathNot: notTests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    only('contracts', CONTRACTS, [CONTRACTS, '^domain/'], 'Contracts use only zod and the domain.'),
    {
      name: 'workflows-values',
      severity: 'error',
      comment: 'Workflows run in a sandbox, so they may import only types of activities and contracts.',
      from: { path: '^workflows/', pathNot: notTests },
      to: { path: `^(${folders})/`, pathNot: ['^workflows/', '^domain/'], dependencyTypesNot: ['type-only'] },
    },
    only(
      'workflows-types',
      '^workflows/',
      ['^workflows/', '^domain/', '^activities/', CONTRACTS],
      'What workflows know of the world is what activities answer.',
    ),
    {
      name: 'workflows-without-node',
      severity: 'error',
      from: { path: '^workflows/', pathNot: notTests },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'activities',
      '^activities/',
      ['^activities/', '^domain/', '^infra/', ...STARTS],
      'Activities do the work; they know workflows by their messages alone.',
    ),
    only('infra', '^infra/', ['^infra/', '^domain/'], 'Adapters know the domain alone.'),
    only(
      'api',
      '^api/(?!contracts/)',
      ['^api/', '^domain/', '^infra/', ...STARTS],
      'The API starts workflows; the work is theirs.',
    ),
    only(
      'worker',
      '^worker/',
      ['^worker/', '^workflows/', '^activities/', '^domain/', '^infra/'],
      'The worker hosts workflows and activities.',
    ),
    only(
      'local',
      '^local/',
      ['^local/', '^domain/', '^infra/', '^activities/', '^api/', '^workflows/', '^worker/'],
      'The local stack is no part of the storefront.',
    ),
    only('storefront', '^storefront/', ['^storefront/', CONTRACTS, '^domain/'], 'The storefront speaks HTTP.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.svelte-kit', 'storefront/build', '\\.local'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.svelte'],
    },
  },
};
