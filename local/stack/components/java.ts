/** The Java runtimes of this machine, because `java` on PATH is often too old while a newer one is installed. */
import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { barrier, serviceAccount } from '../processes/service-account.ts';
import { isProgram, onPath } from './programs.ts';

export interface JavaHome {
  readonly home: string;
  readonly version: string;
  readonly major: number;
}

/** All Java runtimes found, without duplicates; those in ES_JAVA_HOME and JAVA_HOME come first. */
export function installedJavas(): JavaHome[] {
  const places = [
    process.env.ES_JAVA_HOME,
    process.env.JAVA_HOME,
    ...onPath('java').map((path) => resolve(realpathSync(path), '../../../infra')),
    ...globSync([
      '/usr/lib/jvm/*',
      '/usr/java/*',
      '/opt/*{jdk,java,jre}*',
      '/Library/Java/JavaVirtualMachines/*/Contents/Home',
      '/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home',
      join(homedir(), '.sdkman/candidates/java/*'),
      join(homedir(), '.jdks/*'),
    ]).sort(),
  ];
  const homes = places
    .filter((place) => place !== undefined && isProgram(join(place, 'bin/java')))
    .map((place) => realpathSync(place!));
  return [...new Set(homes)].flatMap((home) => {
    const version = javaVersion(home);
    return version ? [{ home, version, major: Number.parseInt(version, 10) }] : [];
  });
}

/**
 * The oldest Java that is new enough, because programs are tested with versions close to their minimum.
 * @param forServers excludes those that the servers' user can't access
 */
export function findJava(minMajor: number, forServers: boolean): JavaHome | undefined {
  const account = forServers ? serviceAccount() : undefined;
  return installedJavas()
    .filter(({ home, major }) => major >= minMajor && !(account && barrier(home, account)))
    .sort((one, other) => one.major - other.major)[0];
}

/** Reads the `release` file that every runtime has since Java 9; running the program would take a second each. */
function javaVersion(home: string): string | undefined {
  const path = [join(home, 'release'), join(dirname(home), 'release')].find((candidate) => existsSync(candidate));
  return path && /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(path, 'utf8'))?.[1];
}
