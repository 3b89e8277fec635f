/** Coffee and tea. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, line, path, rect, repeat, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const COFFEE = '#5a3826';

const frenchPress: Motif = (p) => {
  const clear = p.is('glass');
  return (
    shadow(192, 84) +
    line('M262 160h34q24 0 24 24v70q0 24 -24 24h-34', p.ink, 18) +
    (clear
      ? path('M120 140h146v178h-146z', '#dcebea') +
        path('M120 206h146v112h-146z', COFFEE) +
        rect(126, 198, 134, 12, p.metalDark, 4)
      : surface(p, box(118, 140, 150, 178, 16), [118, 140, 150, 178])) +
    rect(188, 66, 8, 76, p.metalDark) +
    (clear ? rect(188, 140, 8, 60, p.metalDark) : '') +
    circle(192, 62, 17, p.ink) +
    path('M112 146q8 -36 80 -36t82 36z', p.metal) +
    path('M112 146l-22 -14l26 -8z', p.metal) +
    (clear ? rect(112, 150, 162, 12, p.metal, 5) + rect(112, 296, 162, 14, p.metal, 6) : '') +
    rect(108, 312, 170, 10, p.metalDark, 5) +
    line('M136 176v112', '#ffffff', 8, 0.45)
  );
};

const pourOver: Motif = (p) =>
  shadow(200, 92) +
  path('M136 214q-40 30 -40 62q0 44 46 44h116q46 0 46 -44q0 -32 -40 -62z', '#dcebea') +
  path('M102 262q-6 58 40 58h116q46 0 40 -58z', COFFEE) +
  line('M116 250q-8 20 0 40', '#ffffff', 8, 0.7) +
  rect(176, 196, 48, 26, '#dcebea') +
  rect(126, 188, 148, 18, p.dark, 9) +
  surface(p, 'M92 84h216l-72 106h-72z', [92, 84, 216, 106]) +
  path('M110 84l58 92h64l58 -92z', '#fbf6ea', 0.35) +
  ellipse(200, 84, 108, 16, p.light) +
  ellipse(200, 85, 94, 12, COFFEE) +
  line('M196 40v30M210 28v38', '#a9d3dc', 6, 0.8);

const teapot: Motif = (p) => {
  const iron = p.is('cast iron');
  return (
    shadow(196, 104) +
    (iron
      ? line('M112 186q0 -116 88 -116t88 116', p.deep, 14)
      : line('M296 196q58 -8 54 46q-4 40 -62 42', p.dark, 20)) +
    path('M122 230q-48 -6 -62 -62l-24 4q10 100 92 112z', p.dark) +
    surface(p, 'M200 154q108 0 108 86q0 78 -66 78h-84q-66 0 -66 -78q0 -86 108 -86z', [92, 154, 216, 164]) +
    path('M136 166q10 -34 64 -34t64 34q-64 20 -128 0z', p.light) +
    circle(200, 124, 16, p.dark) +
    line('M120 216q-8 40 14 68', '#ffffff', 9, 0.3)
  );
};

const mokaPot: Motif = (p) =>
  shadow(190, 80) +
  line('M256 128h46l16 22v66', p.ink, 20) +
  surface(p, 'M130 214h122l20 92a14 14 0 0 1 -12 14h-138a14 14 0 0 1 -12 -14z', [108, 214, 166, 106], {
    pattern: 'plain',
  }) +
  repeat(3, (index) => line(`M${158 + index * 33} 216l${(index - 1) * 8} 102`, p.dark, 4, 0.6)) +
  rect(126, 200, 130, 18, p.deep, 6) +
  surface(p, 'M128 202h126l14 -88h-164l-22 -14l8 22z', [84, 98, 188, 104], { pattern: 'plain' }) +
  repeat(3, (index) => line(`M${156 + index * 34} 200l${(index - 1) * 8} -84`, p.dark, 4, 0.6)) +
  path('M106 116q78 -50 158 0z', p.light) +
  circle(186, 80, 15, p.ink) +
  line('M128 130l10 60', '#ffffff', 7, 0.5);

const coffeeGrinder: Motif = (p) =>
  shadow(200, 92) +
  line('M200 108v-34l92 -14', p.metalDark, 10) +
  rect(282, 30, 22, 40, p.woodDark, 11) +
  path('M144 176q0 -70 56 -70t56 70z', p.metal) +
  line('M164 156q4 -28 24 -34', '#ffffff', 7, 0.6) +
  rect(126, 170, 148, 18, p.metalDark, 6) +
  surface(p, box(118, 186, 164, 124, 8), [118, 186, 164, 124]) +
  rect(142, 234, 116, 52, p.deep, 6) +
  rect(147, 239, 106, 42, p.base, 4) +
  circle(200, 260, 9, p.brass) +
  rect(106, 304, 188, 16, p.deep, 6) +
  ellipse(84, 312, 12, 8, COFFEE) +
  ellipse(62, 316, 10, 7, COFFEE) +
  ellipse(322, 314, 11, 8, COFFEE);

const teaTin: Motif = (p) => {
  const leaf = path('M200 268q-44 -34 0 -82q44 48 0 82z', p.leaf) + line('M200 262v-62', p.leafDark, 4);
  return (
    shadow(200, 86) +
    surface(p, box(122, 128, 156, 192, 14), [122, 128, 156, 192]) +
    rect(122, 170, 156, 118, p.paper) +
    rect(122, 178, 156, 4, p.accent) +
    rect(122, 276, 156, 4, p.accent) +
    p.choose(
      [leaf, circle(200, 228, 32, p.accentLight) + leaf, line('M168 246h64M168 226h64M180 206h40', p.accentDark, 7)],
      'label',
    ) +
    plain(p, box(114, 92, 172, 48, 12), [114, 92, 172, 48], p.dark) +
    rect(172, 76, 56, 20, p.deep, 10) +
    line('M138 186v84', '#ffffff', 8, 0.35)
  );
};

export const COFFEE_TEA: Readonly<Record<string, Motif>> = {
  'french-press': frenchPress,
  'pour-over': pourOver,
  teapot,
  'moka-pot': mokaPot,
  'coffee-grinder': coffeeGrinder,
  'tea-tin': teaTin,
};
