/** Elasticsearch 9: an installed one, otherwise the distribution from Maven Central, with Java 21 or later. */
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barrier, giveTo, serviceAccount } from '../processes/service-account.ts';
import { type Component, requireVersion, versionIn } from './component.ts';
import { findJava } from './java.ts';
import { mavenObstacle, mavenUnpack } from './maven.ts';
import { isProgram } from './programs.ts';
import { httpProbe, type Launch, type ServerContext, type ServerDefinition } from './server.ts';

const VERSION = '9.5.3';
const MIN_JAVA_VERSION = 21;
const NO_JAVA = `it requires Java ${MIN_JAVA_VERSION} or later that its user can access, and none is installed.`;

const component: Component = {
  title: 'Elasticsearch',
  setting: 'HOLDFAST_ELASTICSEARCH_HOME',
  cacheKey: `elasticsearch-${VERSION}`,
  waysToGet: [
    'set HOLDFAST_ELASTICSEARCH_HOME to an unpacked Elasticsearch 9',
    `install Maven and JDK ${MIN_JAVA_VERSION} or later (ES_JAVA_HOME names one)`,
    'set ELASTICSEARCH_URL to an existing server',
    'run docker compose up',
  ],
  inspect: async (home) => {
    if (!isProgram(join(home, 'bin/elasticsearch'))) throw new Error(`${home} has no program bin/elasticsearch.`);
    const account = serviceAccount();
    const blocked = account && barrier(home, account);
    if (blocked) throw new Error(`it refuses to run as root, and user ${account.name} can't access ${blocked}.`);
    const [jar] = globSync(join(home, 'lib/elasticsearch-[0-9]*.jar'));
    if (!jar) throw new Error(`${home}/lib does not contain the version.`);
    const version = versionIn(jar.slice(jar.lastIndexOf('elasticsearch-')));
    requireVersion(version, [9, 0]);
    return { path: home, version: version.text };
  },
  candidates: async () => ['/usr/share/elasticsearch', '/opt/elasticsearch'].filter((path) => existsSync(path)),
  cachedPath: (folder) => join(folder, `elasticsearch-${VERSION}`),
  obstacle: () => mavenObstacle() ?? (findJava(MIN_JAVA_VERSION, true) ? undefined : NO_JAVA),
  fetch: async (folder, report, signal) => {
    requireJava();
    await mavenUnpack(
      `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}:zip`,
      folder,
      report,
      signal,
    );
    for (const program of globSync(join(folder, `elasticsearch-${VERSION}/bin/*`))) chmodSync(program, 0o755);
  },
};

export const elasticsearch: ServerDefinition = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  rank: 30,
  externalSetting: 'ELASTICSEARCH_URL',
  ports: [
    { name: 'elasticsearch', preferred: 19_200 },
    { name: 'elasticsearch_transport', preferred: 19_300 },
  ],
  component: () => component,
  prepare,
  environment: (context) => ({ ELASTICSEARCH_URL: address(context) }),
};

function address({ ports }: ServerContext): string {
  return `http://127.0.0.1:${ports.elasticsearch}`;
}

async function prepare({ path: home }: { path: string }, context: ServerContext): Promise<Launch> {
  const account = serviceAccount();
  const folder = context.profile.dataFolder('elasticsearch', account);
  const folders = {
    configuration: join(folder, 'config'),
    data: join(folder, 'data'),
    logs: join(folder, 'logs'),
    temporary: join(folder, 'tmp'),
  };
  rmSync(folders.temporary, { recursive: true, force: true });
  for (const path of Object.values(folders)) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    giveTo(account, path);
  }
  writeConfiguration(home, folders, context);
  const heap = context.modest ? '384m' : '512m';
  return {
    command: join(home, 'bin/elasticsearch'),
    args: [],
    cwd: folder,
    account,
    environment: {
      ES_JAVA_HOME: javaFor(home),
      ES_PATH_CONF: folders.configuration,
      ES_TMPDIR: folders.temporary,
      ES_JAVA_OPTS: `-Xms${heap} -Xmx${heap}`,
      // The launcher process that keeps running next to the server needs almost no memory.
      CLI_JAVA_OPTS: '-Xmx32m -XX:+UseSerialGC',
    },
    stopSteps: [{ signal: 'SIGTERM', waitMs: 30_000 }],
    readyWithinMs: 120_000,
    probe: () => httpProbe(`${address(context)}/_cluster/health?wait_for_status=yellow&timeout=2s`),
  };
}

function writeConfiguration(
  home: string,
  folders: { configuration: string; data: string; logs: string },
  { profile, ports }: ServerContext,
): void {
  const settings = [
    `cluster.name: holdfast-${profile.name}`,
    `node.name: holdfast-${profile.name}`,
    'discovery.type: single-node',
    'network.host: 127.0.0.1',
    `http.port: ${ports.elasticsearch}`,
    `transport.port: ${ports.elasticsearch_transport}`,
    `path.data: ${folders.data}`,
    `path.logs: ${folders.logs}`,
    'xpack.security.enabled: false',
    // Otherwise a nearly full disk would make every index read-only.
    'cluster.routing.allocation.disk.threshold_enabled: false',
  ];
  const logging = [
    'status = error',
    'appender.console.type = Console',
    'appender.console.name = console',
    'appender.console.layout.type = PatternLayout',
    'appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n',
    'rootLogger.level = warn',
    'rootLogger.appenderRef.console.ref = console',
  ];
  // The distribution's Java options, without those that write logs to its program folder, where this user can't write.
  const javaOptions = readFileSync(join(home, 'config/jvm.options'), 'utf8')
    .split('\n')
    .filter((line) => !/Xlog:gc|ErrorFile|HeapDumpPath|-Xlog/.test(line));
  writeFileSync(join(folders.configuration, 'elasticsearch.yml'), `${settings.join('\n')}\n`);
  writeFileSync(join(folders.configuration, 'log4j2.properties'), `${logging.join('\n')}\n`);
  writeFileSync(join(folders.configuration, 'jvm.options'), `${javaOptions.join('\n')}\n`);
}

/** A full distribution includes Java; Maven's does not. */
function javaFor(home: string): string {
  const own = join(home, 'jdk');
  return isProgram(join(own, 'bin/java')) && !process.env.ES_JAVA_HOME ? own : requireJava();
}

function requireJava(): string {
  const java = findJava(MIN_JAVA_VERSION, true);
  if (java) return java.home;
  throw new Error(NO_JAVA);
}
