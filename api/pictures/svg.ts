/** SVG elements. Coordinates are those of a 400 × 400 picture with the ground at y = 320. */

export const GROUND = 320;

export function rect(x: number, y: number, width: number, height: number, fill: string, radius = 0): string {
  const corner = radius > 0 ? ` rx="${radius}"` : '';
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}"${corner} fill="${fill}"/>`;
}

export function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;
}

export function ellipse(x: number, y: number, radiusX: number, radiusY: number, fill: string): string {
  return `<ellipse cx="${x}" cy="${y}" rx="${radiusX}" ry="${radiusY}" fill="${fill}"/>`;
}

export function path(d: string, fill: string, opacity = 1): string {
  return `<path d="${d}" fill="${fill}"${opacity < 1 ? ` opacity="${opacity}"` : ''}/>`;
}

/** A line with rounded ends. */
export function line(d: string, color: string, width: number, opacity = 1): string {
  const faint = opacity < 1 ? ` opacity="${opacity}"` : '';
  return `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"${faint}/>`;
}

export function ring(x: number, y: number, radius: number, color: string, width: number): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${color}" stroke-width="${width}"/>`;
}

export function group(transform: string, ...children: string[]): string {
  return `<g transform="${transform}">${children.join('')}</g>`;
}

/** Elements rotated by `degrees` about a point. */
export function turned(degrees: number, x: number, y: number, ...children: string[]): string {
  return group(`rotate(${degrees} ${x} ${y})`, ...children);
}

/** The shadow under an object. */
export function shadow(x: number, halfWidth: number, y = GROUND): string {
  return `<ellipse cx="${x}" cy="${y}" rx="${halfWidth}" ry="${Math.round(halfWidth * 0.1) + 3}" fill="#2b2118" opacity=".13"/>`;
}

/** Outline of a rectangle with rounded corners, as a path. */
export function box(x: number, y: number, width: number, height: number, radius = 0): string {
  const r = Math.min(radius, width / 2, height / 2);
  if (r === 0) return `M${x} ${y}h${width}v${height}h${-width}z`;
  const arc = (dx: number, dy: number) => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  return (
    `M${x + r} ${y}h${width - 2 * r}${arc(r, r)}v${height - 2 * r}${arc(-r, r)}` +
    `h${2 * r - width}${arc(-r, -r)}v${2 * r - height}${arc(r, -r)}z`
  );
}

/** Outline of a circle or an ellipse, as a path. */
export function oval(x: number, y: number, radiusX: number, radiusY = radiusX): string {
  return `M${x - radiusX} ${y}a${radiusX} ${radiusY} 0 1 1 ${2 * radiusX} 0a${radiusX} ${radiusY} 0 1 1 ${-2 * radiusX} 0z`;
}

export function repeat(count: number, draw: (index: number) => string): string {
  let text = '';
  for (let index = 0; index < count; index += 1) text += draw(index);
  return text;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for an element or an attribute, and removes characters that XML does not allow. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}

/** Wraps text at spaces into at most `lines` lines of about `width` characters. Longer words and further lines are cut off. */
export function wrapped(text: string, width: number, lines: number): string[] {
  const rows: string[] = [];
  for (const word of text.split(/\s+/)) {
    const current = rows.at(-1);
    if (current !== undefined && `${current} ${word}`.length <= width) rows[rows.length - 1] = `${current} ${word}`;
    else rows.push(word);
  }
  return rows.slice(0, lines).map((row) => row.slice(0, width + 4));
}

/** Text in a serif font. */
export function lettering(
  x: number,
  y: number,
  rows: readonly string[],
  size: number,
  color: string,
  anchor = 'start',
): string {
  const lines = rows.map(
    (row, index) => `<tspan x="${x}" y="${Math.round(y + index * size * 1.12)}">${escapeXml(row)}</tspan>`,
  );
  return `<text font-family="Georgia, 'Times New Roman', serif" font-weight="700" font-size="${size}" fill="${color}" text-anchor="${anchor}">${lines.join('')}</text>`;
}
