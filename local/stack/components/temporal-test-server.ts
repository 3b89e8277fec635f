/** Temporal's time-skipping test server, from the Java SDK. Only for tests. */
import { chmodSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Component } from './component.ts';
import { findJava } from './java.ts';
import { mavenCopyDependencies, mavenObstacle } from './maven.ts';
import { isProgram } from './programs.ts';

const VERSION = '1.38.0';
const MIN_JAVA_VERSION = 11;
const NO_JAVA = `it requires Java ${MIN_JAVA_VERSION} or later, and none is installed.`;

export const temporalTestServer: Component = {
  title: 'Temporal test server',
  setting: 'TEMPORAL_TEST_SERVER',
  cacheKey: `temporal-test-server-${VERSION}`,
  waysToGet: [
    'set TEMPORAL_TEST_SERVER to a program that accepts a port',
    `install Maven and JDK ${MIN_JAVA_VERSION} or later`,
  ],
  inspect: async (path) => {
    if (!isProgram(path)) throw new Error(`${path} is not an executable.`);
    const jars = globSync(join(dirname(path), 'lib/temporal-test-server-*.jar'));
    return { path, version: jars.length > 0 ? VERSION : 'of the machine' };
  },
  candidates: async () => [],
  cachedPath: (folder) => join(folder, 'temporal-test-server'),
  obstacle: () => mavenObstacle() ?? (findJava(MIN_JAVA_VERSION, false) ? undefined : NO_JAVA),
  fetch: async (folder, report, signal) => {
    const pom = join(folder, 'pom.xml');
    const lib = join(folder, 'lib');
    mkdirSync(lib);
    writeFileSync(pom, POM);
    await mavenCopyDependencies(pom, lib, report, signal);
    if (!existsSync(join(lib, `temporal-test-server-${VERSION}.jar`)))
      throw new Error('Maven did not download the test server.');
    rmSync(pom);
    const program = join(folder, 'temporal-test-server');
    writeFileSync(program, PROGRAM);
    chmodSync(program, 0o755);
  },
};

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>holdfast</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** The SDK passes a port as the first argument. Memory is limited because every test file starts one. */
const PROGRAM = `#!/bin/sh
here=$(dirname "$0")
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"
`;
