/** How a component is found or got: a setting, the machine, the cache, and last its registry. */

import { cachedFolder, intoCache } from './cache.ts';
import type { Report } from './report.ts';

export interface Installation {
  /** What the component is run from: a program or a folder, as each component says. */
  readonly path: string;
  readonly version: string;
  readonly source: 'setting' | 'machine' | 'cache';
}

export interface Component {
  readonly title: string;
  /** Environment variable that names the path to use. */
  readonly setting: string;
  /** Folder name in the cache; holds the version, so that another version never meets it. */
  readonly cacheKey: string;
  /** Ways to get it by hand, for the message when it can't be had. */
  readonly waysToGet: readonly string[];
  /** Looks at a path from the setting, the machine or the cache. @throws when it is not usable, saying why */
  inspect(path: string): Promise<{ path: string; version: string }>;
  /** Paths of this machine worth a look, the best first. */
  candidates(): Promise<string[]>;
  /** Path of the component inside its cache folder. */
  cachedPath(folder: string): string;
  /** Why it could not be got on this machine, where that is plain without trying. */
  obstacle(): string | undefined;
  /** Gets the component into an empty folder. */
  fetch(folder: string, report: Report, signal?: AbortSignal): Promise<void>;
}

/** A component that can't be had: one line with what, why, and the ways to get it. */
export class ComponentError extends Error {
  override name = 'ComponentError';
}

/** Finds a component without getting anything; undefined when it would have to be got. @throws ComponentError for a wrong setting */
export async function findComponent(component: Component): Promise<Installation | undefined> {
  const wanted = process.env[component.setting];
  if (wanted) {
    try {
      return { ...(await component.inspect(wanted)), source: 'setting' };
    } catch (error) {
      throw new ComponentError(
        `${component.setting}=${wanted} can't be used for ${component.title}: ${messageOf(error)}`,
      );
    }
  }
  for (const path of await component.candidates()) {
    const found = await component.inspect(path).catch(() => undefined);
    if (found) return { ...found, source: 'machine' };
  }
  const folder = cachedFolder(component.cacheKey);
  if (!folder) return undefined;
  const found = await component.inspect(component.cachedPath(folder)).catch(() => undefined);
  return found && { ...found, source: 'cache' };
}

/** Finds a component or gets it from its registry. @throws ComponentError when it can't be had */
export async function obtainComponent(
  component: Component,
  report: Report,
  signal?: AbortSignal,
): Promise<Installation> {
  const found = await findComponent(component);
  if (found) return found;
  try {
    const usable = (folder: string) =>
      component.inspect(component.cachedPath(folder)).then(
        () => true,
        () => false,
      );
    const fill = (folder: string) => component.fetch(folder, report, signal);
    const folder = await intoCache(component.cacheKey, usable, fill, report, signal);
    return { ...(await component.inspect(component.cachedPath(folder))), source: 'cache' };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ComponentError(unobtainable(component, messageOf(error)));
  }
}

/** The one line: what, why, the ways to get it. */
export function unobtainable(component: Component, why: string): string {
  return `${component.title} is not available: ${oneLine(why)} To provide it, use one of these: ${component.waysToGet.join('; ')}.`;
}

/** The first of the versions in a program's answer, as numbers: "redis-server v=7.0.15" gives [7, 0, 15]. */
export function versionIn(text: string): { text: string; parts: number[] } {
  const match = /\d+(?:\.\d+)+|\d+/.exec(text);
  if (!match) throw new Error(`it reports no version: ${text.slice(0, 80)}`);
  return { text: match[0], parts: match[0].split('.').map(Number) };
}

/** @throws when a version is below the least that serves */
export function requireVersion(version: { text: string; parts: number[] }, least: readonly number[]): void {
  for (const [index, part] of least.entries()) {
    const actual = version.parts[index] ?? 0;
    if (actual > part) return;
    if (actual < part) throw new Error(`it is version ${version.text}, but ${least.join('.')} or later is required.`);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length > 600 ? `${line.slice(0, 300)} … ${line.slice(-280)}` : line;
  return /[.!?]$/.test(short) ? short : `${short}.`;
}
