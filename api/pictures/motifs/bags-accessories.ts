/** Bags and accessories. */

import { plain, surface } from '../surface.ts';
import { box, circle, group, line, oval, path, rect, repeat, ring, shadow, turned } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const toteBag: Motif = (p) =>
  shadow(200, 112, 332) +
  line('M148 156q0 -112 52 -112t52 112', p.deep, 11) +
  p.choose(
    [
      path('M230 150q-6 -60 10 -84q14 26 8 84zM216 150q-24 -50 -16 -80q22 20 30 80z', p.leaf) +
        rect(142, 116, 60, 40, '#e9dcc0', 4),
      rect(148, 110, 46, 50, '#c9553f', 3) + rect(196, 120, 40, 40, '#efe2c6', 3),
      '',
    ],
    'content',
  ) +
  surface(p, 'M92 146h216l18 166q2 20 -18 20h-216q-20 0 -18 -20z', [72, 146, 256, 186]) +
  rect(90, 146, 220, 20, p.dark) +
  line('M138 168q0 -128 62 -128t62 128', p.dark, 13) +
  rect(126, 160, 26, 40, p.dark, 5) +
  rect(248, 160, 26, 40, p.dark, 5) +
  (p.pattern === 'plain'
    ? p.choose(
        [
          circle(200, 256, 40, p.light) +
            path('M200 232l10 18l20 3l-15 14l4 20l-19 -10l-19 10l4 -20l-15 -14l20 -3z', p.dark),
          line('M146 250q18 -26 36 0t36 0t36 0M146 276q18 -26 36 0t36 0t36 0', p.light, 8),
          rect(160, 230, 80, 56, p.dark, 8),
          '',
        ],
        'print',
      )
    : '');

const cityBackpack: Motif = (p) => {
  const flap = p.is('flap') || p.pick(2, 'flap') === 0;
  return (
    shadow(200, 98, 334) +
    line('M110 150q-26 70 -4 150M290 150q26 70 4 150', p.deep, 15) +
    line('M180 70q0 -34 20 -34t20 34', p.deep, 10) +
    surface(p, box(108, 66, 184, 266, 54), [108, 66, 184, 266], { pattern: 'plain' }) +
    plain(p, box(128, 220, 144, 96, 22), [128, 220, 144, 96], p.dark) +
    line('M146 240h108', p.light, 5) +
    rect(190, 232, 10, 26, p.brass, 4) +
    (flap
      ? plain(p, 'M108 120q0 -54 54 -54h76q54 0 54 54v64q-92 40 -184 0z', [108, 66, 184, 142], p.light) +
        line('M158 130v96M242 130v96', '#7c5239', 12) +
        rect(149, 206, 18, 20, p.brass, 3) +
        rect(233, 206, 18, 20, p.brass, 3)
      : line('M130 130q70 -40 140 0', p.light, 6) +
        circle(268, 132, 7, p.brass) +
        rect(172, 160, 56, 34, p.paper, 5) +
        line('M184 177h32', p.ink, 4, 0.5))
  );
};

const wallet: Motif = (p) =>
  shadow(200, 140, 300) +
  turned(
    -8,
    200,
    200,
    rect(118, 92, 150, 92, '#5a9aa8', 8),
    rect(118, 110, 150, 14, '#3a6f7c'),
    rect(132, 110, 150, 92, '#e0a63a', 8),
    rect(146, 128, 34, 24, '#f6dd9c', 4),
    rect(100, 128, 190, 80, '#cfe2b9', 5),
    circle(196, 152, 15, '#8fb377'),
    surface(p, box(72, 146, 256, 154, 16), [72, 146, 256, 154], { pattern: 'plain', shade: 0.2 }),
    `<path d="${box(84, 158, 232, 130, 10)}" fill="none" stroke="${p.light}" stroke-width="3" stroke-dasharray="9 7" opacity=".8"/>`,
    p.is('zip')
      ? line('M76 160h248', p.brass, 6) + rect(300, 156, 12, 30, p.brass, 4)
      : plain(p, 'M262 200h66v46h-66q-23 0 -23 -23t23 -23z', [239, 200, 90, 46], p.dark, 0) +
          circle(262, 223, 9, p.brass),
  );

const umbrella: Motif = (p) => {
  const other = p.pattern === 'stripes' ? '#fbf3e0' : p.light;
  return (
    [
      [60, 60],
      [338, 46],
      [40, 250],
      [356, 220],
      [310, 290],
      [94, 310],
    ]
      .map(([x, y]) => path(`M${x} ${y}q13 20 0 26q-13 -6 0 -26z`, '#8fc6d8'))
      .join('') +
    line('M200 60v238', p.metalDark, 9) +
    line('M200 282v26q0 30 28 30t28 -28', '#99683f', 15) +
    path(
      'M40 202q10 -134 160 -138q150 4 160 138q-26 -28 -53 0q-27 -28 -54 0q-26 -28 -53 0q-26 -28 -53 0q-27 -28 -54 0q-27 -28 -53 0z',
      p.base,
    ) +
    path(
      'M93 202q16 -120 107 -138q-58 40 -54 138q-27 -28 -53 0zM253 202q4 -98 -53 -138q91 18 107 138q-27 -28 -54 0z',
      other,
    ) +
    path('M200 64q150 4 160 138q-26 -28 -53 0q-16 -120 -107 -138z', '#24180f', 0.12) +
    circle(200, 56, 9, p.deep)
  );
};

const sunglasses: Motif = (p) => {
  const round = p.is('round', 'keyhole');
  const lens = (x: number) => {
    const outline = round ? oval(x, 204, 66) : box(x - 70, 150, 140, 104, 40);
    const bounds = [x - 70, 138, 140, 132] as const;
    return (
      `<g>${path(outline, p.base)}</g>` +
      group(
        `translate(${x} 204) scale(.84) translate(${-x} -204)`,
        plain(p, outline, bounds, lighter('#2f3b46', p.pick(2, 'lens') * 0.1), 0) +
          path(`M${x - 40} 230l50 -80h22l-54 92z`, '#ffffff', 0.22),
      )
    );
  };
  return (
    shadow(200, 150, 292) +
    line('M70 178q-34 -20 -44 20', p.dark, 13) +
    line('M330 178q34 -20 44 20', p.dark, 13) +
    line('M176 192q24 -22 48 0', p.base, 15) +
    lens(116) +
    lens(284) +
    circle(58, 178, 5, p.brass) +
    circle(342, 178, 5, p.brass)
  );
};

const wristwatch: Motif = (p) => {
  const strap = p.grip;
  const metal = p.is('brass') ? '#c8a14c' : '#b9c0c6';
  const face = p.choose(['#fbf6ea', '#26303b', '#2b4470', '#e8dcc0', '#2f6148'], 'face');
  const mark = face === '#fbf6ea' || face === '#e8dcc0' ? '#3a3431' : '#fbf6ea';
  return (
    plain(p, 'M162 30h76l8 100h-92z', [154, 30, 92, 100], strap, 0.2) +
    plain(p, 'M154 262h92l-10 100q-2 10 -12 10h-48q-10 0 -12 -10z', [154, 262, 92, 110], strap, 0.2) +
    line('M170 40v76M230 40v76M170 280v74M230 280v74', lighter(strap, 0.4), 3, 0.8) +
    repeat(3, (index) => circle(200, 300 + index * 20, 5, darker(strap, 0.4))) +
    rect(296, 182, 20, 30, darker(metal, 0.2), 5) +
    circle(204, 202, 102, '#24180f1c') +
    circle(200, 196, 100, metal) +
    circle(200, 196, 90, darker(metal, 0.2)) +
    circle(200, 196, 84, face) +
    (p.is('diver')
      ? ring(200, 196, 92, '#26303b', 13) +
        repeat(12, (index) => group(`rotate(${index * 30} 200 196)`, rect(198, 102, 4, 9, '#fbf6ea')))
      : '') +
    repeat(12, (index) => group(`rotate(${index * 30} 200 196)`, rect(197, 120, 6, index % 3 ? 11 : 20, mark, 2))) +
    group(`rotate(${p.pick(12, 'hour') * 30 + 10} 200 196)`, rect(196, 152, 8, 48, mark, 4)) +
    group(`rotate(${p.pick(60, 'minute') * 6} 200 196)`, rect(197, 130, 6, 70, mark, 3)) +
    group(`rotate(${p.pick(60, 'second') * 6} 200 196)`, rect(199, 124, 2, 82, '#d9573f')) +
    circle(200, 196, 6, '#d9573f')
  );
};

export const BAGS_ACCESSORIES: Readonly<Record<string, Motif>> = {
  'tote-bag': toteBag,
  'city-backpack': cityBackpack,
  wallet,
  umbrella,
  sunglasses,
  wristwatch,
};
