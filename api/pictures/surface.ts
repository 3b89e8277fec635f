/** Fills an outline with a color, a pattern, and the soft shade on the right that all drawings have. */
import type { Paint, Pattern } from './paint.ts';
import { circle, line, path, rect, repeat } from './svg.ts';
import { brightness, darker, lighter } from './tint.ts';

/** x, y, width, height of an outline. */
export type Bounds = readonly [x: number, y: number, width: number, height: number];

export interface SurfaceOptions {
  fill?: string;
  pattern?: Pattern;
  /** Color of the pattern. */
  ink?: string;
  /** Shaded share of the width, from 0 to 1; default 0.28. */
  shade?: number;
  /** Drawn within the outline, over the pattern. */
  over?: string;
}

/** A pseudorandom number from 0 to below 1. */
function scattered(index: number, salt: number): number {
  const mixed = Math.imul(index * 374_761_393 + salt * 668_265_263, 1_274_126_177);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
}

function patternOver(pattern: Pattern, [x, y, width, height]: Bounds, ink: string): string {
  const step = Math.max(14, Math.min(width, height) / 7);
  switch (pattern) {
    case 'plain':
      return '';
    case 'stripes':
      return repeat(Math.ceil(height / (step * 1.5)), (index) =>
        rect(x, y + step * 0.6 + index * step * 1.5, width, step * 0.5, ink),
      );
    case 'ribs':
      return repeat(Math.ceil(width / (step * 0.75)), (index) =>
        line(`M${x + (index + 0.5) * step * 0.75} ${y}v${height}`, ink, 3, 0.55),
      );
    case 'band':
      return (
        rect(x, y + height * 0.2, width, height * 0.07, ink) + rect(x, y + height * 0.31, width, height * 0.03, ink)
      );
    case 'dip':
      return path(
        `M${x} ${y + height * 0.52}q${width * 0.25} ${height * 0.07} ${width * 0.5} 0t${width * 0.5} 0v${height}h${-width}z`,
        ink,
      );
    case 'dots':
      return repeat(Math.ceil(height / step) * Math.ceil(width / step), (index) => {
        const columns = Math.ceil(width / step);
        const row = Math.floor(index / columns);
        return circle(
          Math.round(x + ((index % columns) + (row % 2 ? 1 : 0.5)) * step),
          Math.round(y + (row + 0.5) * step),
          +(step * 0.19).toFixed(1),
          ink,
        );
      });
    case 'speckle':
      return repeat(46, (index) =>
        circle(
          Math.round(x + scattered(index, 3) * width),
          Math.round(y + scattered(index, 11) * height),
          +(1.2 + scattered(index, 17) * 2).toFixed(1),
          ink,
        ),
      );
    case 'check':
      return (
        repeat(Math.ceil(width / (step * 1.4)), (index) =>
          path(`M${x + (index + 0.35) * step * 1.4} ${y}h${step * 0.55}v${height}h${-step * 0.55}z`, ink, 0.45),
        ) +
        repeat(Math.ceil(height / (step * 1.4)), (index) =>
          path(`M${x} ${y + (index + 0.35) * step * 1.4}h${width}v${step * 0.55}h${-width}z`, ink, 0.45),
        )
      );
    case 'zigzag':
      return repeat(Math.ceil(height / (step * 1.2)), (row) => {
        const top = y + step * 0.5 + row * step * 1.2;
        const teeth = Math.ceil(width / step);
        return line(
          `M${x} ${top}${`l${step / 2} ${step / 2.2}l${step / 2} ${-step / 2.2}`.repeat(teeth)}`,
          ink,
          4,
          0.7,
        );
      });
    case 'diamond':
      return (
        repeat(Math.ceil((width + height) / (step * 1.6)), (index) =>
          line(`M${x + index * step * 1.6} ${y}l${-height} ${height}`, ink, 3, 0.6),
        ) +
        repeat(Math.ceil((width + height) / (step * 1.6)), (index) =>
          line(`M${x + width - index * step * 1.6} ${y}l${height} ${height}`, ink, 3, 0.6),
        )
      );
    case 'flowers':
      return repeat(Math.ceil(height / (step * 1.6)) * Math.ceil(width / (step * 1.6)), (index) => {
        const columns = Math.ceil(width / (step * 1.6));
        const row = Math.floor(index / columns);
        const centerX = x + ((index % columns) + (row % 2 ? 0.85 : 0.4)) * step * 1.6;
        const centerY = y + (row + 0.5) * step * 1.6;
        const petal = step * 0.22;
        return (
          circle(centerX - petal, centerY, petal, ink) +
          circle(centerX + petal, centerY, petal, ink) +
          circle(centerX, centerY - petal, petal, ink) +
          circle(centerX, centerY + petal, petal, ink)
        );
      });
  }
}

/** Color of a pattern on a fill: cream on dark fills, a darker shade on light ones. */
function inkOn(fill: string, pattern: Pattern): string {
  if (pattern === 'speckle') return brightness(fill) > 0.5 ? darker(fill, 0.5) : lighter(fill, 0.6);
  if (pattern === 'ribs') return darker(fill, 0.22);
  return brightness(fill) > 0.62 ? darker(fill, 0.28) : lighter(fill, 0.62);
}

/** Fills an outline. @param bounds a rectangle that encloses the outline */
export function surface(paint: Paint, outline: string, bounds: Bounds, options: SurfaceOptions = {}): string {
  const fill = options.fill ?? paint.base;
  const pattern = options.pattern ?? paint.pattern;
  const shade = options.shade ?? 0.28;
  const [x, y, width, height] = bounds;
  const id = paint.newId();
  const ink = options.ink ?? inkOn(fill, pattern);
  const shaded =
    shade > 0
      ? `<path d="M${x + width} ${y}v${height}h${-width * shade}q${width * 0.09} ${-height / 2} 0 ${-height}z" fill="#24180f" opacity=".13"/>`
      : '';
  return (
    `<clipPath id="${id}"><path d="${outline}"/></clipPath><g clip-path="url(#${id})">` +
    `${rect(x, y, width, height, fill)}${patternOver(pattern, bounds, ink)}${options.over ?? ''}${shaded}</g>`
  );
}

/** Like `surface`, without a pattern. */
export function plain(paint: Paint, outline: string, bounds: Bounds, fill: string, shade = 0.28): string {
  return surface(paint, outline, bounds, { fill, pattern: 'plain', shade });
}
