/** What the stack needs to know of a server: how it is had, prepared, run, and what the app is told of it. */
import type { StopStep } from '../processes/records.ts';
import type { ServiceAccount } from '../processes/service-account.ts';
import type { Profile } from '../profile.ts';
import type { Component, Installation } from './component.ts';
import type { Report } from './report.ts';

export const SERVER_NAMES = ['postgres', 'redis', 'elasticsearch', 'influxdb', 'temporal', 'temporal-ui'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

export interface ServerContext {
  readonly profile: Profile;
  /** Ports by the names that the servers, and the app's processes where they are to follow, wished for. */
  readonly ports: Readonly<Record<string, number>>;
  /** Whether to be modest with memory: tests and benchmarks run beside a shop. */
  readonly modest: boolean;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the bare environment that servers get. */
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
  /** When this setting is in the environment, the shop uses that server and none is started. */
  readonly externalSetting: string;
  readonly ports: readonly { readonly name: string; readonly preferred: number }[];
  component(profile: Profile): Component;
  /** Makes what the server needs to start (a data folder, its configuration) and says how it is run. */
  prepare(installation: Installation, context: ServerContext): Promise<Launch>;
  /** Once it answers: what has to be there before the app uses it. */
  complete?(context: ServerContext): Promise<void>;
  /** Settings for the processes of the app. */
  environment(context: ServerContext): Record<string, string>;
}

/** Resolves when an HTTP address answers with success; throws while it does not. */
export async function httpProbe(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} responded ${response.status}`);
}
