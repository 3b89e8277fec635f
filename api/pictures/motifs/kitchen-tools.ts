/** Kitchen tools. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, ring, shadow, turned } from '../svg.ts';
import type { Motif } from './motif.ts';

const chefKnife: Motif = (p) => {
  const handle = p.is('walnut-handled')
    ? '#6e4630'
    : p.is('oak-handled')
      ? '#c99a62'
      : p.choose(['#3a3431', '#6e4630', '#c99a62'], 'handle');
  const blade = '#d5dbdf';
  return turned(
    -34,
    200,
    200,
    path('M30 216h216v-44h-150q-60 2 -66 44z', '#24180f', 0.14),
    plain(p, 'M24 208h222v-46h-156q-62 2 -66 46z', [24, 162, 222, 46], blade, 0),
    path('M24 208h222v-16h-214z', '#f3f6f7'),
    p.is('hammered')
      ? repeat(14, (index) => circle(104 + (index % 7) * 20, 172 + Math.floor(index / 7) * 12, 3.5, '#b9c1c7'))
      : line('M96 172h140', '#ffffff', 5, 0.8),
    rect(242, 160, 16, 50, p.metalDark, 3),
    plain(p, 'M256 164h106q18 0 18 20t-18 22q-56 -6 -106 2z', [256, 164, 124, 46], handle, 0),
    circle(284, 184, 5, p.brass),
    circle(314, 184, 5, p.brass),
    circle(344, 185, 5, p.brass),
  );
};

const cuttingBoard: Motif = (p) => {
  const round = p.is('round');
  const grain = (y: number) => `M90 ${y}q60 -14 110 0t110 0`;
  const board = round ? 'M200 90a115 115 0 1 1 -.1 0z' : box(92, 112, 216, 220, 22);
  return (
    circle(204, 214, 118, '#24180f14') +
    plain(p, box(176, 34, 48, 96, 22), [176, 34, 48, 96], p.dark, 0.2) +
    circle(200, 62, 11, '#f4ead8') +
    surface(p, board, [85, 90, 230, 242], {
      pattern: 'plain',
      shade: 0.18,
      over: p.is('end-grain')
        ? repeat(36, (index) =>
            rect(
              92 + (index % 6) * 37,
              100 + Math.floor(index / 6) * 40,
              36,
              39,
              index % 2 === Math.floor(index / 6) % 2 ? p.dark : p.light,
            ),
          )
        : repeat(6, (index) => line(grain(126 + index * 38), p.dark, 4, 0.55)),
    }) +
    (p.is('grooved') ? line(round ? 'M200 110a95 95 0 1 1 -.1 0' : 'M116 134h168v176h-168z', p.deep, 6, 0.55) : '') +
    p.choose(
      [
        group(
          'translate(150 210)',
          path('M0 30q-14 -44 26 -54q46 -8 44 34q-2 40 -44 40q-20 0 -26 -20z', '#d9482f'),
          path('M22 -22q8 -20 26 -18q-4 16 -26 18z', p.leaf),
          line('M14 6q6 -12 18 -14', '#ffffff', 6, 0.6),
        ),
        line('M150 270q24 -70 104 -96', p.leafDark, 6) +
          path(
            'M254 174q34 -2 38 32q-34 2 -38 -32zM214 196q-6 -34 22 -46q8 32 -22 46zM182 224q-30 -16 -22 -44q30 12 22 44zM190 228q32 -4 40 26q-32 8 -40 -26z',
            p.leaf,
          ),
        '',
      ],
      'food',
    )
  );
};

const utensilSet: Motif = (p) => {
  const wood = p.is('silicone', 'stainless steel') ? p.wood : p.base;
  const head = p.is('silicone') ? p.base : p.is('stainless steel') ? p.metal : p.dark;
  const crock = p.accent;
  return (
    shadow(200, 80) +
    line('M166 220l-36 -104', wood, 12) +
    ellipse(122, 92, 26, 38, head) +
    line('M200 220v-124', wood, 12) +
    path('M172 40h56l-6 64h-44z', head) +
    line('M232 220l32 -104', wood, 12) +
    group('rotate(17 274 86)', line('M258 116q-20 -50 16 -78q36 28 16 78M274 40v76', p.metalDark, 5)) +
    plain(p, 'M128 200h144l-10 106a14 14 0 0 1 -14 14h-96a14 14 0 0 1 -14 -14z', [128, 200, 144, 120], crock) +
    rect(122, 192, 156, 18, p.accentLight, 9) +
    line('M150 226l5 66', '#ffffff', 8, 0.3)
  );
};

const rollingPin: Motif = (p) =>
  turned(
    -28,
    200,
    200,
    rect(54, 188, 300, 60, '#24180f22', 30),
    rect(14, 184, 70, 32, p.deep, 16),
    rect(316, 184, 70, 32, p.deep, 16),
    surface(p, box(62, 160, 276, 80, 24), [62, 160, 276, 80], { shade: 0 }),
    line('M84 180h226', '#ffffff', 9, 0.35),
    path(box(62, 214, 276, 26, 13), '#24180f', 0.12),
  ) +
  path('M70 330q40 -26 96 -10t120 -6q40 -2 52 16z', '#fffdf6', 0.9) +
  repeat(6, (index) => circle(100 + index * 40, 310 - (index % 3) * 12, 3, '#fffdf6'));

const kitchenScale: Motif = (p) =>
  shadow(200, 110) +
  path('M92 128q108 60 216 0l-18 34h-180z', p.metalLight) +
  rect(84, 118, 232, 14, p.metal, 7) +
  rect(186, 156, 28, 24, p.metalDark) +
  surface(
    p,
    'M128 172h144q20 0 24 20l20 112a14 14 0 0 1 -14 16h-204a14 14 0 0 1 -14 -16l20 -112q4 -20 24 -20z',
    [84, 172, 232, 148],
    { pattern: 'plain' },
  ) +
  circle(200, 246, 58, p.paper) +
  ring(200, 246, 58, p.deep, 5) +
  repeat(12, (index) => group(`rotate(${index * 30} 200 246)`, rect(198, 194, 4, 12, p.ink))) +
  line('M200 246l26 -28', '#c4432f', 6) +
  circle(200, 246, 7, p.ink) +
  p.choose(
    [
      circle(170, 100, 22, '#d9573f') + circle(216, 96, 26, '#e9a13c'),
      path('M140 120q6 -60 60 -60t60 60z', '#f3ead6'),
      '',
    ],
    'load',
  );

const storageJar: Motif = (p) => {
  const content = p.choose(['#e6c98d', '#c9774a', '#7c4a34', '#e8dcc0', '#a9b565'], 'content');
  const cork = p.is('cork-lidded');
  const ceramic = p.is('stoneware');
  return (
    shadow(200, 84) +
    (ceramic
      ? surface(p, box(114, 134, 172, 186, 30), [114, 134, 172, 186])
      : path(box(114, 134, 172, 186, 30), '#e3eeec') +
        path('M122 200q78 -16 156 0v84a28 28 0 0 1 -28 28h-100a28 28 0 0 1 -28 -28z', content) +
        repeat(16, (index) =>
          circle(
            138 + (index % 8) * 18,
            216 + Math.floor(index / 8) * 44 + (index % 3) * 8,
            6,
            p.choose(['#ffffff55', '#00000018'], `grain${index}`),
          ),
        )) +
    (cork
      ? rect(132, 96, 136, 44, '#c9975f', 8)
      : rect(122, 112, 156, 26, p.metal, 8) +
        rect(132, 98, 136, 18, p.accent, 8) +
        line('M118 124v40', p.metalDark, 6)) +
    rect(150, 226, 100, 46, p.paper, 5) +
    line('M166 243h68M178 257h44', p.ink, 4, 0.6) +
    line('M132 166v110', '#ffffff', 9, 0.6)
  );
};

export const KITCHEN_TOOLS: Readonly<Record<string, Motif>> = {
  'chef-knife': chefKnife,
  'cutting-board': cuttingBoard,
  'utensil-set': utensilSet,
  'rolling-pin': rollingPin,
  'kitchen-scale': kitchenScale,
  'storage-jar': storageJar,
};
