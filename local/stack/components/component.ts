/** Finds or downloads a component: from a setting, the machine, the cache, or finally its registry. */

import { cachedFolder, intoCache } from './cache.ts';
import type { Report } from './report.ts';

export interface Installation {
  /** A program or a folder, depending on the component. */
  readonly path: string;
  readonly version: string;
  readonly source: 'setting' | 'machine' | 'cache';
}

export interface Component {
  readonly title: string;
  /** Environment variable with the path to use. */
  readonly setting: string;
  /** Folder name in the cache, which contains the version so that versions never mix. */
  readonly cacheKey: string;
  /** Ways to install it manually, for the error message when it is unavailable. */
  readonly waysToGet: readonly string[];
  /** Checks a path from the setting, the machine, or the cache. @throws with the reason when it is not usable */
  inspect(path: string): Promise<{ path: string; version: string }>;
  /** Candidate paths on this machine, best first. */
  candidates(): Promise<string[]>;
  /** Path of the component inside its cache folder. */
  cachedPath(folder: string): string;
  /** Why it can't be downloaded on this machine, if that is known without trying. */
  obstacle(): string | undefined;
  /** Downloads or builds the component into an empty folder. */
  fetch(folder: string, report: Report, signal?: AbortSignal): Promise<void>;
}

/** A component is unavailable: one line with its name, the reason, and the ways to install it. */
export class ComponentError extends Error {
  override name = 'ComponentError';
}

/** Finds a component without downloading; undefined when a download is needed. @throws ComponentError for an invalid setting */
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

/** Finds a component or downloads it from its registry. @throws ComponentError when it is unavailable */
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

/** Formats that line: the component, the reason, the ways to install it. */
export function unobtainable(component: Component, why: string): string {
  return `${component.title} is not available: ${oneLine(why)} To provide it, use one of these: ${component.waysToGet.join('; ')}.`;
}

/** The first version in a program's output, as numbers: "redis-server v=7.0.15" gives [7, 0, 15]. */
export function versionIn(text: string): { text: string; parts: number[] } {
  const match = /\d+(?:\.\d+)+|\d+/.exec(text);
  if (!match) throw new Error(`it reports no version: ${text.slice(0, 80)}`);
  return { text: match[0], parts: match[0].split('.').map(Number) };
}

/** @throws when a version is below the minimum */
export function requireVersion(version: { text: string; parts: number[] }, minimum: readonly number[]): void {
  for (const [index, part] of minimum.entries()) {
    const actual = version.parts[index] ?? 0;
    if (actual > part) return;
    if (actual < part) throw new Error(`it is version ${version.text}, but ${minimum.join('.')} or later is required.`);
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
