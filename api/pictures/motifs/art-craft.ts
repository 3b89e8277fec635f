/** Art and craft. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, ring, shadow, turned } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const PIGMENTS = [
  '#c43c47',
  '#ed8b3a',
  '#f2c14e',
  '#6f9a5b',
  '#1f8083',
  '#4c8fc0',
  '#474c8f',
  '#a34170',
  '#8a5a3a',
  '#f6f4ee',
  '#d87d8d',
  '#2c3036',
] as const;

const paintSet: Motif = (p) =>
  shadow(200, 146, 330) +
  plain(p, box(62, 76, 276, 116, 14), [62, 76, 276, 116], p.metalLight, 0) +
  repeat(3, (index) => rect(80 + index * 84, 92, 72, 84, '#fbfbf8', 10)) +
  ellipse(116, 130, 22, 15, p.accent) +
  ellipse(204, 140, 24, 14, p.accentLight) +
  ellipse(286, 126, 20, 16, '#8dbde0') +
  plain(p, box(54, 186, 292, 142, 14), [54, 186, 292, 142], p.ink, 0) +
  repeat(12, (index) => {
    const x = 70 + (index % 6) * 44;
    const y = 202 + Math.floor(index / 6) * 44;
    const color = PIGMENTS[(index + p.pick(12, 'pans')) % 12]!;
    return (
      rect(x, y, 38, 38, '#fbfbf8', 5) +
      rect(x + 5, y + 5, 28, 28, color, 4) +
      line(`M${x + 10} ${y + 12}h10`, '#ffffff', 4, 0.4)
    );
  }) +
  rect(70, 296, 190, 9, p.wood, 4) +
  rect(252, 293, 34, 15, p.metal, 3) +
  path('M286 294q40 2 52 7q-12 6 -52 6z', '#7a4a2b');

const brushSet: Motif = (p) => {
  const brush = (x: number, degrees: number, index: number) => {
    const paint = PIGMENTS[(index * 3 + p.pick(9, 'paint')) % 9]!;
    const flat = p.is('flat', 'wash') || (index % 2 === 1 && !p.is('round', 'detail'));
    return group(
      `rotate(${degrees} ${x} 320)`,
      plain(p, `M${x - 9} 132h18l-4 176q-5 10 -10 0z`, [x - 9, 132, 18, 180], p.base, 0.4),
      rect(x - 12, 92, 24, 44, p.metal, 3),
      rect(x - 12, 104, 24, 5, p.metalDark),
      rect(x - 12, 118, 24, 5, p.metalDark),
      flat
        ? path(`M${x - 15} 50h30l-3 44h-24z`, '#6b4a34') + path(`M${x - 15} 50h30l-2 20h-26z`, paint)
        : path(`M${x} 34q22 34 10 60h-20q-12 -26 10 -60z`, '#6b4a34') +
            path(`M${x} 34q16 24 13 40q-13 8 -26 0q-3 -16 13 -40z`, paint),
    );
  };
  return (
    shadow(200, 120, 336) +
    [-26, -13, 0, 13, 26].map((degrees, index) => brush(200 + (index - 2) * 22, degrees, index)).join('') +
    plain(p, 'M128 236h144l-12 84a16 16 0 0 1 -16 14h-88a16 16 0 0 1 -16 -14z', [128, 236, 144, 98], p.accent) +
    rect(120, 228, 160, 20, p.accentLight, 10)
  );
};

const yarn: Motif = (p) =>
  shadow(200, 124, 326) +
  line('M300 286q50 10 44 40q-30 14 -90 2', p.base, 8) +
  line('M282 60l-130 210', p.wood, 11) +
  circle(284, 56, 13, p.woodDark) +
  line('M112 76l150 196', p.wood, 11) +
  circle(110, 72, 13, p.woodDark) +
  surface(p, 'M200 100a110 110 0 1 1 -.1 0z', [90, 100, 220, 220], {
    pattern: 'plain',
    over:
      repeat(
        6,
        (index) =>
          `<ellipse cx="${150 + index * 8}" cy="${170 + index * 10}" rx="120" ry="${26 + index * 14}" transform="rotate(-34 200 210)" fill="none" stroke="${index % 2 ? p.light : p.dark}" stroke-width="7"/>`,
      ) +
      repeat(
        4,
        (index) =>
          `<ellipse cx="230" cy="230" rx="${40 + index * 22}" ry="120" transform="rotate(-24 200 210)" fill="none" stroke="${index % 2 ? p.dark : p.light}" stroke-width="6" opacity=".7"/>`,
      ),
  }) +
  rect(156, 196, 88, 40, p.paper, 6) +
  line('M172 216h56', p.ink, 5, 0.6);

const scissors: Motif = (p) =>
  turned(
    22,
    200,
    200,
    shadow(206, 70, 348),
    path('M206 44q26 90 4 172h-22z', '#e7ebed'),
    path('M194 44q-26 90 -4 172h22z', p.is('brass') ? '#dfbd6a' : '#cdd4d8'),
    line('M200 70v120', '#ffffff', 4, 0.8),
    circle(200, 206, 11, p.metalDark),
    line('M196 214q-12 30 -24 44', p.grip, 20),
    line('M204 214q12 30 24 44', p.grip, 20),
    ring(156, 296, 38, p.grip, 19),
    ring(244, 296, 38, darker(p.grip, 0.14), 19),
    line('M130 280a38 38 0 0 1 20 -20', '#ffffff', 6, 0.4),
  );

const acrylicTubes: Motif = (p) => {
  const pastel = p.is('pastel');
  const tube = (x: number, index: number) => {
    const color = PIGMENTS[(index * 4 + p.pick(8, 'tube')) % 9]!;
    const paint = pastel ? lighter(color, 0.45) : color;
    return (
      path(`M${x - 34} 96h68l-6 180h-56z`, '#f4f4f0') +
      path(`M${x + 12} 96h22l-6 180h-20z`, '#24180f', 0.1) +
      rect(x - 38, 78, 76, 22, '#dfe3e5', 3) +
      line(`M${x - 30} 89h60`, '#b9c0c6', 3) +
      path(`M${x - 32} 150h64l-2.5 80h-59z`, paint) +
      line(`M${x - 16} 172h32M${x - 10} 190h20`, '#fffdf6', 5, 0.9) +
      rect(x - 18, 274, 36, 12, '#dfe3e5') +
      rect(x - 22, 284, 44, 34, p.ink, 5) +
      repeat(4, (rib) => line(`M${x - 14 + rib * 9} 290v22`, '#5b6168', 2))
    );
  };
  const blob = (x: number, index: number) => ellipse(x, 346, 32, 9, PIGMENTS[(index * 4 + p.pick(8, 'tube')) % 9]!);
  return (
    shadow(200, 140, 326) +
    [104, 200, 296].map((x, index) => turned((index - 1) * 5, x, 320, tube(x, index))).join('') +
    blob(110, 0) +
    blob(290, 2)
  );
};

export const ART_CRAFT: Readonly<Record<string, Motif>> = {
  'paint-set': paintSet,
  'brush-set': brushSet,
  yarn,
  scissors,
  'acrylic-tubes': acrylicTubes,
};
