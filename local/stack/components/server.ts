/** The definition of a server: how to obtain, prepare, and run it, and its settings for the app. */
import type { StopStep } from '../processes/records.ts';
import type { ServiceAccount } from '../processes/service-account.ts';
import type { Profile } from '../profile.ts';
import type { Component, Installation } from './component.ts';
import type { Report } from './report.ts';

export const SERVER_NAMES = ['postgres', 'redis', 'elasticsearch', 'influxdb', 'temporal', 'temporal-ui'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

export interface ServerContext {
  readonly profile: Profile;
  /** Ports by the names that the servers requested, and the app's processes if they will be started. */
  readonly ports: Readonly<Record<string, number>>;
  /** Whether to use little memory, because tests and benchmarks may run next to a shop. */
  readonly modest: boolean;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the minimal environment of servers. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly account?: ServiceAccount;
  readonly stopSteps?: readonly StopStep[];
  readonly readyWithinMs: number;
  readonly probe: () => Promise<unknown>;
}

export interface ServerDefinition {
  readonly name: ServerName;
  readonly title: string;
  /** Servers of a higher rank are stopped first. */
  readonly rank: number;
  /** If the environment has this setting, the shop uses that server and none is started. */
  readonly externalSetting: string;
  readonly ports: readonly { readonly name: string; readonly preferred: number }[];
  component(profile: Profile): Component;
  /** Creates what the server needs to start (a data folder, its configuration). @returns how to run it */
  prepare(installation: Installation, context: ServerContext): Promise<Launch>;
  /** Runs once the server responds, to create what the app needs in it. */
  complete?(context: ServerContext): Promise<void>;
  /** Settings for the app's processes. */
  environment(context: ServerContext): Record<string, string>;
}

/** Resolves when an HTTP URL responds with success; throws otherwise. */
export async function httpProbe(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} responded ${response.status}`);
}
