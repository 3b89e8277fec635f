/** Cycling. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, ring, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const bicycle: Motif = (p) => {
  const wheel = (x: number) =>
    ring(x, 254, 64, p.ink, 9) +
    ring(x, 254, 56, '#f7efdf', 3) +
    repeat(8, (index) => group(`rotate(${index * 22.5} ${x} 254)`, line(`M${x} 200v108`, p.metalDark, 2, 0.7))) +
    circle(x, 254, 8, p.metalDark);
  const step = p.is('step-through', 'city');
  return (
    shadow(200, 172, 322) +
    wheel(100) +
    wheel(300) +
    line('M42 236a62 62 0 0 1 104 -28', p.dark, 6) +
    line('M100 254h86l-34 -104M186 254l86 -100', p.base, 11) +
    (step ? line('M164 196q60 10 106 -36', p.base, 11) : line('M158 162h112', p.base, 11)) +
    line('M100 254l58 -88', p.base, 9) +
    line('M300 254l-34 -122', p.base, 11) +
    (p.is('gravel', 'touring', 'single-speed')
      ? line('M260 130h24q26 2 22 26t-24 14', p.ink, 9)
      : line('M262 126q-10 -20 -34 -12M262 126q20 -16 34 -4', p.ink, 9)) +
    plain(p, 'M120 140q32 -14 66 0q-6 14 -34 14q-24 2 -32 -14z', [120, 130, 66, 26], '#7c5239', 0) +
    ring(186, 254, 19, p.metalDark, 7) +
    line('M186 254l20 26h14M186 254l-20 -24', p.ink, 6) +
    (step
      ? plain(p, 'M276 136h62l-8 46h-46z', [276, 136, 62, 46], '#c99a62', 0.2) +
        line('M284 150h48M288 166h40', '#9a7140', 3)
      : '') +
    circle(284, 196, 9, '#ffe29a')
  );
};

const helmet: Motif = (p) => {
  const vent = (x: number, y: number, degrees: number) =>
    group(`rotate(${degrees} ${x} ${y})`, rect(x - 10, y - 34, 20, 68, p.deep, 10));
  return (
    shadow(200, 120, 300) +
    line('M120 232q20 84 78 88M280 232q-18 84 -76 88', p.ink, 7) +
    rect(186, 310, 32, 18, p.ink, 6) +
    surface(p, 'M64 236q-6 -150 136 -150t136 150q-20 22 -60 16q-76 -26 -152 0q-40 6 -60 -16z', [60, 86, 280, 170], {
      pattern: 'plain',
    }) +
    vent(128, 178, -24) +
    vent(176, 158, -8) +
    vent(226, 158, 8) +
    vent(274, 178, 24) +
    path('M62 226q4 32 62 26q76 -26 152 0q58 6 62 -26q8 44 -62 38q-76 -24 -152 0q-70 6 -62 -38z', p.light) +
    line('M96 164q20 -46 62 -58', '#ffffff', 9, 0.35)
  );
};

const bikeLight: Motif = (p) =>
  path('M208 150l180 -74v240l-180 -74z', '#ffe29a', 0.55) +
  shadow(170, 110, 300) +
  surface(p, box(76, 140, 130, 112, 26), [76, 140, 130, 112], { pattern: 'plain' }) +
  plain(p, 'M196 134q26 0 34 14v96q-8 14 -34 14z', [196, 134, 34, 124], p.metalDark, 0) +
  ellipse(228, 196, 15, 50, '#fff6d6') +
  rect(118, 128, 46, 16, p.deep, 8) +
  circle(108, 196, 13, p.accent) +
  line('M120 252q-4 40 22 44h28q24 -6 20 -44', p.ink, 14) +
  group(
    'translate(44 236)',
    plain(p, box(0, 0, 56, 66, 14), [0, 0, 56, 66], '#a8323a', 0.3),
    circle(28, 26, 15, '#ff8a7a'),
    circle(28, 26, 7, '#ffd0c6'),
  );

const bikeBell: Motif = (p) =>
  shadow(200, 96) +
  line('M60 296h280', p.ink, 24) +
  line('M60 296h60M280 296h60', '#7c5239', 28) +
  rect(168, 260, 64, 54, p.metalDark, 10) +
  surface(p, 'M96 250q0 -128 104 -128t104 128z', [96, 122, 208, 128], { pattern: 'plain' }) +
  rect(86, 242, 228, 18, p.light, 9) +
  circle(200, 116, 13, p.dark) +
  line('M282 232q44 -10 52 -50', p.metalDark, 10) +
  circle(336, 178, 13, p.metalDark) +
  line('M126 220q6 -54 48 -70', '#ffffff', 11, 0.5) +
  line('M66 150q-16 30 -8 60M40 136q-22 44 -10 92', p.accent, 7, 0.8) +
  line('M150 84l-8 -26M200 74v-30M250 84l8 -26', p.accent, 7, 0.8);

const pannier: Motif = (p) => {
  const rolled = p.is('roll-top', 'commuter');
  return (
    shadow(200, 110) +
    line('M70 92h260', p.ink, 10) +
    line('M140 92v34M260 92v34', p.metalDark, 14) +
    surface(p, 'M96 128h208l16 172q2 20 -18 20h-204q-20 0 -18 -20z', [80, 128, 240, 192], { pattern: 'plain' }) +
    (rolled
      ? plain(p, box(84, 108, 232, 42, 18), [84, 108, 232, 42], p.dark)
      : plain(p, 'M92 118h216v70q-108 44 -216 0z', [92, 118, 216, 92], p.dark)) +
    line('M144 130v100M256 130v100', '#7c5239', 13) +
    rect(134, 214, 20, 24, p.brass, 4) +
    rect(246, 214, 20, 24, p.brass, 4) +
    plain(p, box(140, 250, 120, 50, 10), [140, 250, 120, 50], p.light) +
    path('M186 266h28v18h-28z', '#fffdf6', 0.7)
  );
};

export const CYCLING: Readonly<Record<string, Motif>> = {
  bicycle,
  'bike-helmet': helmet,
  'bike-light': bikeLight,
  'bike-bell': bikeBell,
  pannier,
};
