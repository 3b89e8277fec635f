/** Tableware. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, oval, path, rect, repeat, ring, shadow } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const mug: Motif = (p) => {
  const drink = p.choose(['#6b4530', '#8a5a3a', '#b98d55'], 'drink');
  const outline = p.choose(
    [
      box(96, 138, 178, 180, 30),
      'M104 138h162l-14 158a24 24 0 0 1 -24 22h-86a24 24 0 0 1 -24 -22z',
      'M96 138h178v90a89 90 0 0 1 -178 0z',
    ],
    'shape',
  );
  return (
    shadow(186, 104) +
    line('M262 176h28a34 34 0 0 1 34 34v14a34 34 0 0 1 -34 34h-34', p.dark, 24) +
    surface(p, outline, [96, 138, 178, 180]) +
    ellipse(185, 140, 89, 18, p.light) +
    ellipse(185, 141, 77, 13, drink) +
    ellipse(170, 138, 26, 4, '#ffffff40') +
    line('M150 104q-12 -16 0 -32t0 -30', '#ffffff', 8, 0.7) +
    line('M200 100q-12 -16 0 -32t0 -30', '#ffffff', 8, 0.7)
  );
};

const dinnerPlate: Motif = (p) => {
  const rim = p.is('wide-rim') ? 82 : 100;
  return (
    circle(200, 206, 142, '#24180f1c') +
    surface(p, oval(200, 196, 142), [58, 54, 284, 284], {
      shade: 0,
      pattern: p.pattern === 'band' ? 'plain' : p.pattern,
    }) +
    ring(200, 196, 139, p.light, 5) +
    (p.pattern === 'band' ? ring(200, 196, 122, p.accent, 6) : '') +
    circle(200, 196, rim + 5, p.dark) +
    circle(200, 198, rim, p.light) +
    line('M132 158a78 78 0 0 1 46 -38', '#ffffff', 8, 0.6) +
    p.choose(
      [
        '',
        line('M170 236q34 -22 52 -74', p.leafDark, 5) +
          path(
            'M222 162q26 4 24 34q-26 -4 -24 -34zM206 196q-28 -6 -34 -30q28 0 34 30zM192 218q26 -2 40 18q-28 8 -40 -18z',
            p.leaf,
          ),
        '',
      ],
      'garnish',
    )
  );
};

const bowl: Motif = (p) =>
  shadow(200, 96) +
  path('M158 300h84l8 20h-100z', p.deep) +
  path(
    p.choose(['M84 190q116 -84 232 0z', 'M96 190q104 -58 208 0z'], 'heap'),
    p.choose(['#e9c46a', '#b7cf8c', '#e8a36f'], 'food'),
  ) +
  p.choose(
    [
      repeat(7, (index) =>
        circle(128 + index * 24, 168 - (index % 2) * 12, 11, ['#d9573f', '#8fb35a', '#fff3d6'][index % 3]!),
      ),
      '',
      repeat(5, (index) => line(`M${130 + index * 34} 178q10 -24 24 -8`, '#fff1cf', 7)),
    ],
    'fill',
  ) +
  surface(p, 'M58 186h284q-4 132 -142 132t-142 -132z', [58, 186, 284, 132]) +
  rect(52, 178, 296, 18, p.light, 9) +
  line('M88 214q10 48 46 74', '#ffffff', 9, 0.28);

const tumbler: Motif = (p) => {
  const glass = (x: number, y: number, scale: number, drink: string) =>
    group(
      `translate(${x} ${y}) scale(${scale})`,
      path('M-46 -140h92l-10 128a12 12 0 0 1 -12 12h-48a12 12 0 0 1 -12 -12z', darker(p.light, 0.06), 0.85),
      path('M-41 -84h82l-6 70a10 10 0 0 1 -10 10h-50a10 10 0 0 1 -10 -10z', drink, 0.8),
      p.is('fluted')
        ? repeat(5, (index) => line(`M${-30 + index * 15} -132l${(2 - index) * -1.4} 120`, '#ffffff', 3, 0.6))
        : '',
      line('M-32 -126l6 104', '#ffffff', 7, 0.7),
      rect(-50, -144, 100, 7, '#ffffff', 3),
    );
  const drink = p.choose(['#f2c879', '#e89a8a', '#bfe0e6', '#d7e6a8'], 'drink');
  return shadow(200, 138) + glass(118, 318, 0.92, drink) + glass(282, 318, 0.92, drink) + glass(200, 322, 1.2, drink);
};

const pitcher: Motif = (p) =>
  shadow(196, 86) +
  p.choose(
    [
      line('M176 120q-14 -40 -34 -56M196 116v-66M216 120q8 -34 34 -52', p.leafDark, 5) +
        circle(138, 62, 19, '#e98a6d') +
        circle(196, 46, 21, '#f2c14e') +
        circle(254, 66, 19, '#d9728a') +
        circle(138, 62, 7, '#7a4a2b') +
        circle(196, 46, 8, '#7a4a2b') +
        circle(254, 66, 7, '#7a4a2b'),
      '',
    ],
    'flowers',
  ) +
  line('M262 160q62 -6 58 50q-2 52 -62 56', p.dark, 20) +
  surface(
    p,
    'M112 106l28 22h112l14 -16q-4 44 2 76q18 40 8 84q-8 46 -46 46h-68q-40 0 -46 -46q-8 -44 10 -84q8 -40 -14 -82z',
    [104, 104, 180, 214],
  ) +
  path('M112 106l28 24h114l12 -16q-60 -22 -154 -8z', p.light) +
  line('M138 214q-10 40 6 78', '#ffffff', 8, 0.3);

const cutlerySet: Motif = (p) => {
  const handle = (x: number) => plain(p, box(x - 10, 200, 20, 124, 10), [x - 10, 200, 20, 124], p.base, 0.4);
  return (
    rect(66, 60, 268, 288, lighter(p.accent, 0.55), 14) +
    line('M82 76h236v256h-236z', p.accent, 3, 0.5) +
    // Fork, knife, spoon.
    handle(136) +
    path('M112 84v60q0 26 18 30v34h12v-34q18 -4 18 -30v-60h-9v52h-9v-52h-12v52h-9v-52z', p.base) +
    handle(200) +
    path('M188 84q30 14 26 118h-26z', p.light) +
    handle(264) +
    ellipse(264, 122, 27, 40, p.base) +
    ellipse(264, 122, 18, 30, p.light) +
    rect(258, 158, 12, 50, p.base)
  );
};

export const TABLEWARE: Readonly<Record<string, Motif>> = {
  mug,
  'dinner-plate': dinnerPlate,
  bowl,
  tumbler,
  pitcher,
  'cutlery-set': cutlerySet,
};
