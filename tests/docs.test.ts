/** Everything that the documentation names must exist: files and folders in backticks, links and anchors, npm commands, settings. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../local/stack/profile.ts';

const PAGES = [
  ...readdirSync(CHECKOUT).filter((file) => file.endsWith('.md')),
  ...globSync('docs/**/*.md', { cwd: CHECKOUT }),
  'local/stripe/README.md',
];
const textOf = (page: string): string => readFileSync(join(CHECKOUT, page), 'utf8');

/** Excludes the left column of its tables, which lists former names. */
const proseOf = (page: string): string =>
  page === 'CHANGELOG.md' ? textOf(page).replace(/^\|[^|]*\|/gm, '|') : textOf(page);

const FOLDERS = [
  'activities',
  'api',
  'bench',
  'docs',
  'domain',
  'infra',
  'local',
  'storefront',
  'tests',
  'worker',
  'workflows',
];
/** `infra/config.ts`, `workflows/*\/messages.ts`; upper-case words, as in `workflows/FEATURE/histories`, match any name. */
const PATH = new RegExp(`^(?:${FOLDERS.join('|')})/[\\w./*{},\\[\\]-]*$`);

function pathsIn(markdown: string): string[] {
  const spans = [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return spans.filter((span) => PATH.test(span) && !/\b[A-Z]{3,}\b/.test(span.replace(/README|CHANGELOG/, '')));
}

/** Text in backticks and indented lines. */
const codeIn = (markdown: string): string =>
  [...markdown.matchAll(/`[^`\n]+`|^ {4}.+$/gm)].map(([code]) => code).join('\n');

/** Anchors as GitHub derives them from headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [
    ...textOf(page)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/^#{1,6} (.+)$/gm),
  ];
  return new Set(
    headings.map(([, heading]) =>
      heading!
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

it.each(PAGES)('%s names files and folders that exist', (page) => {
  const missing = pathsIn(proseOf(page)).filter((path) =>
    /[*{]/.test(path) ? globSync(path, { cwd: CHECKOUT }).length === 0 : !existsSync(join(CHECKOUT, path)),
  );
  expect(missing).toEqual([]);
});

it.each(PAGES)('%s has links that resolve', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)| src="([^"]+)"/g)].map(
    ([, link, image]) => (link ?? image)!,
  );
  const broken = links.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : relative(CHECKOUT, join(CHECKOUT, dirname(page), file));
    if (!existsSync(join(CHECKOUT, path))) return true;
    return anchor !== undefined && !anchorsOf(path).has(anchor);
  });
  expect(broken).toEqual([]);
});

it.each(PAGES)('%s names npm commands that exist', (page) => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = [...codeIn(proseOf(page)).matchAll(/\bnpm (?:run )?([a-z][\w:]*)/g)].map(([, command]) => command!);
  const known = new Set([...Object.keys(scripts), 'install', 'ci']);
  expect(named.filter((command) => !known.has(command))).toEqual([]);
});

it.each(PAGES)('%s names settings and variables that exist', (page) => {
  const names = [...proseOf(page).matchAll(/`([A-Z][A-Z\d]*(?:_[A-Z\d]+)+)`/g)].map(([, name]) => name!);
  expect(names.filter((name) => !wordsOfCode().has(name))).toEqual([]);
});

it('lists every page in the index of its folder', () => {
  const linked = (index: string) =>
    new Set([...textOf(index).matchAll(/\]\(([^)#\s]+\.md)/g)].map(([, target]) => join(dirname(index), target!)));
  const pages = globSync('docs/*.md', { cwd: CHECKOUT }).filter((page) => page !== 'docs/README.md');
  expect(pages.filter((page) => !linked('docs/README.md').has(page))).toEqual([]);
  const guides = globSync('docs/how-to/*.md', { cwd: CHECKOUT });
  expect(guides.filter((page) => !linked('docs/README.md').has(page))).toEqual([]);
  const handbook = globSync('docs/support/*.md', { cwd: CHECKOUT }).filter((page) => !page.endsWith('/README.md'));
  expect(handbook.filter((page) => !linked('docs/support/README.md').has(page))).toEqual([]);
  const decisions = globSync('docs/decisions/0*.md', { cwd: CHECKOUT });
  expect(decisions.length).toBeGreaterThan(20);
  expect(decisions.filter((page) => !linked('docs/decisions/README.md').has(page))).toEqual([]);
});

it('every decision begins with its date and status', () => {
  const decisions = globSync('docs/decisions/0*.md', { cwd: CHECKOUT });
  const without = decisions.filter((page) => !/^# .+\n\n\d{4}-\d\d-\d\d · (Accepted|Superseded)\b/.test(textOf(page)));
  expect(without).toEqual([]);
});

/** Variables of other programs that nothing in this repository sets. */
const OTHERS = ['TEMPORAL_DISABLE_WRITE_ACTIONS'];

let words: Set<string> | undefined;
/** All upper-case words in the code and its deployment files. */
function wordsOfCode(): Set<string> {
  const files = [
    ...['activities', 'api', 'domain', 'infra', 'local', 'tests', 'worker', 'workflows'].flatMap((folder) =>
      globSync(`${folder}/**/*.{ts,mjs,yaml,sh}`, { cwd: CHECKOUT, exclude: (name) => name === 'node_modules' }),
    ),
    'docker-compose.yml',
    'vitest.config.ts',
  ];
  words ??= new Set([...OTHERS, ...files.flatMap((file) => textOf(file).match(/[A-Z][A-Z\d]*(?:_[A-Z\d]+)+/g) ?? [])]);
  return words;
}
