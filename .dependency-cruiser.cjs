/** Who may import whom; the table stands in docs/architecture.md. */
const folders = 'domain|api|workflows|activities|worker|infra|storefront|tests|bench';

/** @param {string} name @param {string} from @param {string[]} mayImport patterns of what the folder may reach */
const only = (name, from, mayImport, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: `^(${folders})/`, pathNot: mayImport },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('domain-is-pure', '^domain/', ['^domain/'], 'Rules know nothing of the world.'),
    {
      name: 'domain-without-packages',
      severity: 'error',
      from: { path: '^domain/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    only(
      'contracts',
      '^api/contracts/',
      ['^api/contracts/', '^domain/'],
      'The wire is described by zod and the domain alone.',
    ),
    {
      name: 'workflows-values',
      severity: 'error',
      comment: 'Workflows run in a sandbox: of activities and contracts they see types only.',
      from: { path: '^workflows/', pathNot: '\\.test\\.ts$' },
      to: { path: `^(${folders})/`, pathNot: ['^workflows/', '^domain/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-without-node',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    only(
      'activities',
      '^activities/',
      ['^activities/', '^domain/', '^infra/', '^workflows/([^/]+/(messages|start)|shared/search-attributes)\\.ts$'],
      'Activities reach down, never up.',
    ),
    only('infra', '^infra/(?!local/)', ['^infra/', '^domain/'], 'Adapters know the domain alone.'),
    only(
      'infra-local',
      '^infra/local/',
      ['^infra/', '^domain/'],
      'The local stack starts programs; it does not import them.',
    ),
    only(
      'api',
      '^api/(?!contracts/)',
      [
        '^api/',
        '^domain/',
        '^infra/(?!local/)',
        '^workflows/[^/]+/(messages|start)\\.ts$',
        '^workflows/shared/search-attributes\\.ts$',
      ],
      'The API starts workflows; the work is theirs.',
    ),
    only(
      'worker',
      '^worker/',
      ['^worker/', '^workflows/', '^activities/', '^domain/', '^infra/(?!local/)'],
      'The worker hosts workflows and activities.',
    ),
    only('storefront', '^storefront/', ['^storefront/', '^api/contracts/', '^domain/'], 'The storefront speaks HTTP.'),
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
