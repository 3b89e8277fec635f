/**
 * Entry point of every command (`npm start`, `npm test`, …) on a machine with Node 20 and no installed packages: installs the
 * packages when they are missing or the lock file has changed, then runs the command's program with the Node 24 that is among
 * them. Uses only built-in modules and features of Node 20.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(checkout, 'node_modules');
const binaries = join(modules, '.bin');

/** Command → program and its first arguments. Programs after `with-stack` get the settings of the running shop. */
const COMMANDS = {
  start: ['local/stack/start.ts'],
  stop: ['local/stack/stop.ts'],
  servers: ['local/stack/servers.ts'],
  doctor: ['local/stack/doctor.ts'],
  test: ['tests/run.ts'],
  bench: ['bench/main.ts'],
  migrate: ['local/stack/with-stack.ts', 'infra/postgres/migrate.ts'],
  seed: ['local/stack/with-stack.ts', 'local/demo-catalog/seed.ts'],
  import: ['local/stack/with-stack.ts', 'activities/catalog/import/command.ts'],
  'recommend:evaluate': ['activities/recommendations/commands/evaluate.ts'],
  'recommend:predict': ['activities/recommendations/commands/predict.ts'],
  audit: ['local/stack/with-stack.ts', 'worker/audit.ts'],
  'test:mutants': ['tests/mutants/main.ts'],
};

const [command, ...args] = process.argv.slice(2);
const program = COMMANDS[command];
if (!program) fail(`Usage: npm run ${Object.keys(COMMANDS).join('|')}`);
if (Number.parseInt(process.versions.node, 10) < 20)
  fail(`Holdfast requires Node.js 20 or later, but this is ${process.version}.`);

if (!packagesAreInstalled()) await installPackages();
const node = join(binaries, process.platform === 'win32' ? 'node.cmd' : 'node');
if (!existsSync(node)) fail('The package "node" has no executable. Run "npm rebuild node --ignore-scripts=false".');
await runProgram(node, [join(checkout, program[0]), ...program.slice(1), ...args]);

/** Compares the lock file with npm's record of the contents of node_modules, which it writes last. */
function packagesAreInstalled() {
  const wanted = readPackages(join(checkout, 'package-lock.json'));
  const present = readPackages(join(modules, '.package-lock.json'));
  if (!wanted) fail('package-lock.json is missing, so this checkout is incomplete.');
  if (!present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    // Packages for other platforms are only in the lock file.
    return found ? found.version === entry.version : entry.optional || entry.devOptional || entry.peer;
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function installPackages() {
  const began = Date.now();
  const folders = packageFolders();
  const total = folders.length;
  const report = () => {
    const seconds = String(Math.round((Date.now() - began) / 1000)).padStart(4);
    const text = `${seconds} s  · packages: ${folders.filter((folder) => existsSync(join(folder, 'package.json'))).length} of ${total} from npm`;
    process.stderr.write(process.stderr.isTTY ? `\r${text}` : `${text}\n`);
  };
  report();
  const timer = setInterval(report, process.stderr.isTTY ? 500 : 10_000);
  // Uses the npm that runs this, if any. Development packages are installed regardless of NODE_ENV because the stack needs them.
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // Not `npm ci`: it refuses a lock file without the binaries of every other platform, which not every registry has, and it would
  // delete the packages of a running shop. `npm install` follows the lock file for the packages in it.
  const options = [
    'install',
    '--no-save',
    '--include=dev',
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--progress=false',
  ];
  const child = spawn(npm[0], [...npm.slice(1), ...options], { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((done) => {
    child.once('error', (error) => {
      output += error.message;
      done(1);
    });
    child.once('close', done);
  });
  clearInterval(timer);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (code !== 0) fail(`The packages can't be installed (npm install):\n${output.trim()}`);
  process.stderr.write(
    `${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ✔ packages: ${total} installed\n`,
  );
}

/** Folders of the packages for this platform. */
function packageFolders() {
  const fits = (list, value) =>
    !list || list.includes(value) || (list.every((item) => item.startsWith('!')) && !list.includes(`!${value}`));
  return Object.entries(readPackages(join(checkout, 'package-lock.json')))
    .filter(
      ([path, { os, cpu, peer }]) => path !== '' && !peer && fits(os, process.platform) && fits(cpu, process.arch),
    )
    .map(([path]) => join(checkout, path));
}

/**
 * Runs the program in a separate session. Ctrl-C reaches all processes in the terminal's process group, including npm and this
 * process, and npm forwards it again; this way the program receives it only once, from here.
 */
async function runProgram(node, programArgs) {
  const child = spawn(node, programArgs, {
    cwd: checkout,
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` },
  });
  let lastSignalAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (Date.now() - lastSignalAt < 1_000) return;
      lastSignalAt = Date.now();
      child.kill(signal);
    });
  }
  // Forwarded because only the terminal's process group is notified of a changed window size.
  process.on('SIGWINCH', () => child.kill('SIGWINCH'));
  const [code, signal] = await new Promise((done) => {
    child.once('error', (error) => fail(`${node} could not be started: ${error.message}`));
    child.once('exit', (...ended) => done(ended));
  });
  process.exitCode = signal ? 128 + constants.signals[signal] : code;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
