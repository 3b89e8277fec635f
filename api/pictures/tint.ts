/** Calculates with colors such as `#98ad86`. */

type Channels = readonly [number, number, number];

function channels(color: string): Channels {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Mixes two colors: `share` 0 is `one`, 1 is `other`. */
export function mix(one: string, other: string, share: number): string {
  const from = channels(one);
  const to = channels(other);
  const mixed = from.map((channel, index) => Math.round(channel + (to[index]! - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

export function lighter(color: string, share: number): string {
  return mix(color, '#fffdf8', share);
}

/** A darker and slightly warmer color, for shadows. */
export function darker(color: string, share: number): string {
  return mix(color, '#24180f', share);
}

/** Perceived brightness, from 0 (black) to 1 (white). */
export function brightness(color: string): number {
  const [red, green, blue] = channels(color);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
