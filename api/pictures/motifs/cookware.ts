/** Cookware. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, line, path, rect, repeat, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const fryingPan: Motif = (p) => {
  const food = p.choose(
    [
      // A fried egg.
      `${path('M150 150q34 -28 66 -6q34 4 30 38q10 36 -28 46q-40 22 -66 -6q-34 -14 -22 -44q2 -22 20 -28z', '#fffaf0')}${circle(196, 192, 24, '#f2b632')}${ellipse(189, 185, 8, 6, '#f9d777')}`,
      // Vegetables.
      circle(160, 170, 22, '#d9573f') +
        circle(160, 170, 13, '#f08b6c') +
        circle(222, 168, 20, '#7fa653') +
        circle(190, 214, 24, '#f0b748') +
        circle(236, 212, 15, '#d9573f') +
        circle(146, 218, 13, '#7fa653'),
      '',
    ],
    'food',
  );
  const wooden = p.is('shallow', 'everyday');
  const handle = wooden ? p.woodDark : p.deep;
  return (
    `<g transform="rotate(38 190 190)">` +
    plain(p, box(290, 172, 104, 36, 18), [290, 172, 104, 36], handle, 0) +
    circle(376, 190, 7, '#00000040') +
    '</g>' +
    circle(194, 200, 134, '#24180f18') +
    circle(190, 192, 134, p.dark) +
    circle(190, 192, 122, p.base) +
    circle(190, 192, 104, p.deep) +
    circle(190, 192, 102, p.dark) +
    line('M104 168a90 90 0 0 1 62 -62', '#ffffff', 7, 0.22) +
    food
  );
};

const saucepan: Motif = (p) => {
  const handle = p.is('copper') ? p.brass : p.ink;
  return (
    shadow(176, 118) +
    plain(p, box(262, 206, 112, 22, 11), [262, 206, 112, 22], handle, 0) +
    surface(p, 'M78 190h196v92a36 36 0 0 1 -36 36h-124a36 36 0 0 1 -36 -36z', [78, 190, 196, 128], {
      pattern: 'plain',
    }) +
    rect(70, 182, 212, 16, p.light, 8) +
    (p.is('lidded') || p.pick(2) === 0
      ? path('M82 182q94 -62 188 0z', p.dark) + rect(160, 130, 32, 14, handle, 7) + rect(171, 140, 10, 12, handle)
      : line('M140 150q-14 -18 0 -36t0 -36', '#ffffff', 8, 0.6) +
        line('M190 150q-14 -18 0 -36t0 -36', '#ffffff', 8, 0.6)) +
    line('M98 214v62', '#ffffff', 7, 0.28)
  );
};

const dutchOven: Motif = (p) =>
  shadow(200, 132) +
  rect(46, 214, 40, 20, p.deep, 10) +
  rect(314, 214, 40, 20, p.deep, 10) +
  surface(p, 'M76 196h248v70a52 52 0 0 1 -52 52h-144a52 52 0 0 1 -52 -52z', [76, 196, 248, 122]) +
  plain(p, 'M84 184q4 -52 116 -52t116 52z', [84, 132, 232, 52], p.base, 0.3) +
  rect(68, 182, 264, 18, p.light, 9) +
  rect(190, 118, 20, 18, p.brass) +
  rect(174, 102, 52, 22, p.brass, 11) +
  line('M98 218q-4 50 22 76', '#ffffff', 8, 0.26);

const bakingDish: Motif = (p) =>
  shadow(200, 140) +
  path('M70 222q-34 0 -34 24t34 24z', p.dark) +
  path('M330 222q34 0 34 24t-34 24z', p.dark) +
  path('M78 206q122 -58 244 0z', p.choose(['#e8b45d', '#d98247', '#c9553f'], 'filling')) +
  repeat(9, (index) =>
    circle(
      104 + index * 24,
      198 - Math.round(18 * Math.sin(((index + 0.5) / 9) * Math.PI)),
      9,
      p.choose(['#f6d88b', '#f0a765', '#8aa65a'], `top${index}`),
    ),
  ) +
  surface(p, 'M60 204h280l-22 92a28 28 0 0 1 -28 22h-180a28 28 0 0 1 -28 -22z', [60, 204, 280, 114]) +
  rect(52, 198, 296, 18, p.light, 9) +
  line('M88 232l12 58', '#ffffff', 8, 0.25);

const stockpot: Motif = (p) =>
  shadow(200, 118) +
  line('M94 196h-22v38h22', p.deep, 14) +
  line('M306 196h22v38h-22', p.deep, 14) +
  surface(p, 'M92 158h216v130a30 30 0 0 1 -30 30h-156a30 30 0 0 1 -30 -30z', [92, 158, 216, 160], {
    pattern: 'plain',
  }) +
  path('M98 150q102 -54 204 0z', p.dark) +
  rect(84, 146, 232, 16, p.light, 8) +
  rect(176, 100, 48, 18, p.ink, 9) +
  rect(194, 114, 12, 14, p.ink) +
  line('M114 184v100', '#ffffff', 8, 0.3) +
  rect(92, 276, 216, 6, p.deep);

export const COOKWARE: Readonly<Record<string, Motif>> = {
  'frying-pan': fryingPan,
  saucepan,
  'dutch-oven': dutchOven,
  'baking-dish': bakingDish,
  stockpot,
};
