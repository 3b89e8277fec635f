import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)').map(readable);

/** Text and its backgrounds; WCAG AA requires 4.5. */
const TEXT: Record<string, readonly string[]> = {
  ink: ['ground', 'surface', 'sunken', 'tint', 'brass-tint', 'alarm-tint'],
  muted: ['ground', 'surface', 'sunken'],
  accent: ['ground', 'surface', 'sunken', 'tint'],
  'accent-strong': ['tint', 'surface'],
  'on-accent': ['accent', 'accent-strong'],
  brass: ['ground', 'sunken', 'brass-tint'],
  alarm: ['ground', 'surface', 'alarm-tint'],
};
/** Field borders and the focus outline; WCAG AA requires 3. */
const SHAPES: Record<string, readonly string[]> = {
  edge: ['ground', 'surface'],
  accent: ['ground', 'surface', 'sunken'],
};

describe.each([
  ['light', colorsOf(light)],
  ['dark', colorsOf(dark)],
])('in the %s scheme', (_name, colors) => {
  it.each(pairs(TEXT))('%s can be read on %s', (text, ground) => {
    expect(contrast(colors[text]!, colors[ground]!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(pairs(SHAPES))('%s stands out from %s', (shape, ground) => {
    expect(contrast(colors[shape]!, colors[ground]!)).toBeGreaterThanOrEqual(3);
  });
});

function readable(part: string): string {
  return part.split('@theme')[0] ?? '';
}

function colorsOf(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

function pairs(table: Record<string, readonly string[]>): [string, string][] {
  return Object.entries(table).flatMap(([one, others]) => others.map((other): [string, string] => [one, other]));
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance as WCAG defines it, 0 to 1. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
