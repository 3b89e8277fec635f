/** Runs Stryker on pure code, and compares the survivors with the list of justified mutants. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textTable } from '../../infra/text-table.ts';
import { run } from '../../local/stack/processes/run.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';
import { prepareStorefront } from '../test-shop.ts';
import { JUSTIFIED } from './justified.ts';

const STRYKER = 'node_modules/@stryker-mutator/core/bin/stryker.js';
const CONFIG = 'tests/mutants/stryker.config.json';
const REPORT = '.local/mutants/stryker.json';
const MIN_PERCENT = 90;

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

/** A mutant that no test detected. */
interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
  readonly isCovered: boolean;
}

interface FileFigures {
  readonly file: string;
  readonly killed: number;
  readonly survivors: readonly Survivor[];
  readonly justified: number;
}

export interface PureMutantOptions {
  /** Only files whose path contains one of these; all files when empty. */
  only: readonly string[];
  /** Includes mutants whose code and tests did not change since the last run. */
  isForced: boolean;
  signal: AbortSignal;
}

/** @returns whether enough mutants were killed or justified */
export async function runPureMutants({ only, isForced, signal }: PureMutantOptions): Promise<boolean> {
  await prepareStorefront(signal);
  const chosen = only.length === 0 ? [] : ['--mutate', filesWith(only).join(',')];
  const args = [join(CHECKOUT, STRYKER), 'run', CONFIG, ...chosen, ...(isForced ? ['--force'] : [])];
  await run(process.execPath, args, { cwd: CHECKOUT, signal, onLine: (line) => console.error(line) });
  const report = JSON.parse(readFileSync(join(CHECKOUT, REPORT), 'utf8')) as Report;
  return show(figuresOf(report).filter(({ file }) => only.length === 0 || hasAny(file, only)));
}

const hasAny = (file: string, parts: readonly string[]): boolean => parts.some((part) => file.includes(part));

/** @throws when no file matches */
function filesWith(parts: readonly string[]): string[] {
  const { mutate } = JSON.parse(readFileSync(join(CHECKOUT, CONFIG), 'utf8')) as { mutate: string[] };
  const exclude = mutate.flatMap((pattern) => (pattern.startsWith('!') ? [pattern.slice(1)] : []));
  const patterns = mutate.filter((pattern) => !pattern.startsWith('!'));
  const files = globSync(patterns, { cwd: CHECKOUT, exclude }).filter((file) => hasAny(file, parts));
  if (files.length === 0) throw new Error(`No file of ${CONFIG} has “${parts.join('”, “')}” in its path.`);
  return files;
}

function figuresOf({ files }: Report): FileFigures[] {
  return Object.entries(files).map(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    const counted = mutants.filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
    const undetected = counted.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    const found = undetected.map(({ location, replacement = '', status }) => ({
      file,
      line: location.start.line,
      original: textAt(lines, location),
      replacement,
      isCovered: status === 'Survived',
    }));
    const survivors = found.filter((survivor) => !isJustified(survivor));
    return {
      file,
      killed: counted.length - undetected.length,
      survivors,
      justified: found.length - survivors.length,
    };
  });
}

/** Stryker counts lines and columns from 1. */
function textAt(lines: readonly string[], { start, end }: Mutant['location']): string {
  const within = lines.slice(start.line - 1, end.line);
  const last = within.length - 1;
  within[last] = within[last]!.slice(0, end.column - 1);
  within[0] = within[0]!.slice(start.column - 1);
  return within.join('\n');
}

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function isJustified({ file, original, replacement }: Survivor): boolean {
  return JUSTIFIED.some(
    (entry) =>
      entry.file === file &&
      inOneLine(entry.original) === inOneLine(original) &&
      inOneLine(entry.replacement) === inOneLine(replacement),
  );
}

function show(files: readonly FileFigures[]): boolean {
  for (const { file, line, original, replacement, isCovered } of files.flatMap(({ survivors }) => survivors))
    console.log(
      `${file}:${line} ${isCovered ? '' : '(no test) '}${shortened(original)}  →  ${shortened(replacement) || '(nothing)'}`,
    );
  const sum = (of: (figures: FileFigures) => number) => files.reduce((total, figures) => total + of(figures), 0);
  const [killed, survived, justified] = [
    sum((each) => each.killed),
    sum((each) => each.survivors.length),
    sum((each) => each.justified),
  ];
  const areas = Object.entries(Object.groupBy(files, ({ file }) => areaOf(file)));
  const rows = areas.map(([area, of = []]) => {
    const count = (one: (figures: FileFigures) => number) => of.reduce((total, figures) => total + one(figures), 0);
    const figures = [
      count((each) => each.killed),
      count((each) => each.survivors.length),
      count((each) => each.justified),
    ];
    return [area, ...figures.map(String), percentOf(figures[0]! + figures[2]!, figures[1]!)];
  });
  console.log(`\n${textTable(['area', 'killed', 'survived', 'justified', '%'], rows)}`);
  console.log(
    `\n${killed} killed, ${survived} survived, ${justified} justified: ${percentOf(killed + justified, survived)} % (at least ${MIN_PERCENT} %)`,
  );
  return Number(percentOf(killed + justified, survived)) >= MIN_PERCENT;
}

const percentOf = (good: number, bad: number): string => ((good / Math.max(1, good + bad)) * 100).toFixed(1);

function areaOf(file: string): string {
  const [top = '', feature = ''] = file.split('/');
  if (top === 'storefront') return 'storefront/src/lib';
  return top === 'domain' && !feature.includes('.')
    ? `domain/${feature}`
    : top === 'domain'
      ? top
      : `${top}/${feature}`;
}

function shortened(text: string): string {
  const line = inOneLine(text);
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
