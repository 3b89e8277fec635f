/** Bedding. */

import { plain, surface } from '../surface.ts';
import { box, line, path, rect, repeat, shadow } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const bed: Motif = (p) => {
  const frame = p.wood;
  return (
    shadow(200, 156) +
    plain(p, box(48, 108, 304, 130, 18), [48, 108, 304, 130], frame, 0.12) +
    rect(58, 292, 18, 30, p.woodDark) +
    rect(324, 292, 18, 30, p.woodDark) +
    rect(52, 236, 296, 62, p.paper, 10) +
    plain(p, box(84, 148, 104, 66, 22), [84, 148, 104, 66], '#fbf7ee', 0.2) +
    plain(p, box(212, 148, 104, 66, 22), [212, 148, 104, 66], '#fbf7ee', 0.2) +
    surface(p, 'M50 222q74 -26 150 -18t150 12v66q0 16 -16 16h-268q-16 0 -16 -16z', [50, 196, 300, 102], {
      shade: 0.16,
    }) +
    path('M50 222q74 -26 150 -18t150 12v22q-76 -6 -150 -12t-150 20z', p.light)
  );
};

/** A stack of folded cloth. */
function stack(p: Parameters<Motif>[0], colors: readonly string[], ribbon: string): string {
  return (
    shadow(200, 134) +
    colors
      .map((color, index) => {
        const y = 320 - (index + 1) * 52;
        return (
          surface(p, `M84 ${y}h226q22 0 22 26t-22 26h-226z`, [84, y, 248, 52], { fill: color, shade: 0.16 }) +
          path(`M84 ${y}q-20 0 -20 26t20 26z`, darker(color, 0.12)) +
          line(`M84 ${y + 26}h216`, darker(color, 0.2), 4, 0.5)
        );
      })
      .join('') +
    rect(184, 320 - colors.length * 52, 22, colors.length * 52, ribbon) +
    path(`M195 ${320 - colors.length * 52}q-50 -46 -60 -14q0 20 60 14zq50 -46 60 -14q0 20 -60 14z`, ribbon)
  );
}

const sheetSet: Motif = (p) => stack(p, [p.dark, p.base, p.light, p.base], p.accent);

const pillow: Motif = (p) =>
  shadow(200, 128, 300) +
  surface(
    p,
    'M82 110q118 26 236 0q34 8 26 42q-16 62 0 110q6 34 -28 40q-116 -24 -232 0q-34 -6 -28 -40q16 -56 0 -110q-8 -34 26 -42z',
    [50, 104, 300, 200],
    { shade: 0.22 },
  ) +
  line('M96 126q104 20 208 0', '#ffffff', 6, 0.55) +
  line('M82 286q-18 6 -14 -20q12 -50 2 -100', p.dark, 5, 0.4) +
  line('M84 140q26 8 44 30M316 140q-26 8 -44 30M88 268q22 -6 36 -22M312 268q-22 -6 -36 -22', p.dark, 5, 0.4);

const throwBlanket: Motif = (p) =>
  shadow(200, 112) +
  // A chair's back rail carries it.
  rect(70, 92, 260, 18, p.wood, 9) +
  rect(84, 100, 14, 220, p.woodDark, 6) +
  rect(302, 100, 14, 220, p.woodDark, 6) +
  surface(p, 'M112 88q88 -18 176 0l8 186h-192z', [104, 76, 192, 198], { shade: 0.22 }) +
  line('M150 96l-8 174M208 92l2 178', p.dark, 4, 0.3) +
  repeat(17, (index) => line(`M${108 + index * 11.5} 274l${(index % 3) - 1} 24`, index % 2 ? p.dark : p.base, 5));

const quilt: Motif = (p) => {
  const squares = [p.base, p.light, p.accentLight, p.dark, p.accent];
  const square = (index: number) => {
    const column = index % 5;
    const row = Math.floor(index / 5);
    const x = 76 + column * 50;
    const y = 74 + row * 50;
    const color = squares[(column * 2 + row * 3 + p.pick(5, 'quilt')) % 5]!;
    const other = squares[(column + row + 2) % 5]!;
    return (
      rect(x, y, 49, 49, color) +
      ((column + row) % 2
        ? path(`M${x} ${y}h49l-49 49z`, other)
        : path(`M${x + 24.5} ${y + 6}l18 18.5l-18 18.5l-18 -18.5z`, other))
    );
  };
  return (
    rect(72, 76, 266, 268, '#24180f20', 16) +
    plain(p, box(64, 62, 272, 272, 14), [64, 62, 272, 272], p.deep, 0) +
    repeat(25, square) +
    path('M336 230q-50 10 -78 46t-18 58h82q14 0 14 -14z', lighter(p.base, 0.55)) +
    path('M336 230q-50 10 -78 46t-18 58q8 -46 34 -66t62 -38z', '#24180f', 0.14)
  );
};

export const BEDDING: Readonly<Record<string, Motif>> = {
  'duvet-cover': bed,
  'sheet-set': sheetSet,
  pillow,
  'throw-blanket': throwBlanket,
  quilt,
};
