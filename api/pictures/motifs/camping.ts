/** Camping and hiking. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, shadow } from '../svg.ts';
import { lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const pine = (x: number, y: number, size: number) =>
  group(
    `translate(${x} ${y}) scale(${size})`,
    rect(-5, -8, 10, 18, '#7a5638'),
    path('M0 -120l34 56h-18l26 40h-84l26 -40h-18z', '#5d8a68'),
  );

const tent: Motif = (p) => {
  const dome = !p.is('ridge', 'family');
  return (
    circle(306, 92, 34, '#f6d58a') +
    pine(74, 300, 1.1) +
    pine(342, 304, 1.3) +
    pine(110, 308, 0.8) +
    shadow(200, 158) +
    (dome
      ? surface(p, 'M48 316q30 -176 152 -176t152 176z', [48, 140, 304, 176], { pattern: 'plain', shade: 0.34 }) +
        line('M52 312q60 -150 148 -172q88 22 148 172', p.light, 6) +
        path('M128 316q20 -110 72 -140q52 30 72 140z', p.deep) +
        path('M128 316q20 -110 72 -140q-20 70 -14 140z', p.light)
      : path('M200 110l152 206h-152z', p.dark) +
        surface(p, 'M200 110l-152 206h236z', [48, 110, 240, 206], { pattern: 'plain', shade: 0 }) +
        path('M166 158l-70 158h136z', p.deep) +
        path('M166 158l-70 158h46z', p.light) +
        rect(196, 92, 7, 26, p.woodDark, 3)) +
    line('M48 314l-22 10M352 314l22 10', p.ink, 4)
  );
};

const sleepingBag: Motif = (p) =>
  shadow(200, 104, 346) +
  surface(
    p,
    'M200 52q88 0 92 96q2 60 -10 130q-6 62 -82 62t-82 -62q-12 -70 -10 -130q4 -96 92 -96z',
    [106, 52, 188, 288],
    { pattern: 'plain' },
  ) +
  repeat(6, (index) => line(`M${112 + index * 2} ${170 + index * 28}q88 18 ${176 - index * 4} 0`, p.dark, 5, 0.6)) +
  ellipse(200, 112, 58, 48, p.deep) +
  ellipse(200, 116, 48, 38, p.accentLight) +
  plain(p, box(164, 104, 72, 40, 18), [164, 104, 72, 40], '#fbf4e2', 0.2) +
  line('M200 160q4 90 -2 168', p.accent, 6) +
  rect(194, 168, 12, 20, p.brass, 4);

const hikingPack: Motif = (p) => {
  const rolled = p.is('roll-top');
  return (
    shadow(200, 94) +
    line('M118 130q-24 70 -6 160M282 130q24 70 6 160', p.deep, 14) +
    (p.is('hut-to-hut', 'summit')
      ? plain(p, box(112, 292, 176, 34, 17), [112, 292, 176, 34], p.accent, 0.2) +
        line('M150 290v38M250 290v38', p.ink, 6)
      : '') +
    surface(p, 'M124 140q0 -64 76 -64t76 64v140q0 30 -30 30h-92q-30 0 -30 -30z', [124, 76, 152, 234], {
      pattern: 'plain',
    }) +
    (rolled
      ? plain(p, box(116, 66, 168, 40, 16), [116, 66, 168, 40], p.dark) + line('M140 106v48M260 106v48', p.ink, 6)
      : plain(p, 'M118 96q0 -40 82 -40t82 40v34q-82 34 -164 0z', [118, 56, 164, 92], p.dark) +
        line('M200 56q-18 -34 0 -34t0 34', p.ink, 6)) +
    plain(p, box(144, 206, 112, 84, 16), [144, 206, 112, 84], p.light) +
    line('M144 232h112', p.dark, 5) +
    rect(192, 224, 16, 22, p.brass, 4) +
    line('M160 150v50M240 150v50', p.ink, 7) +
    rect(152, 164, 16, 12, p.brass, 3) +
    rect(232, 164, 16, 12, p.brass, 3) +
    plain(p, box(92, 222, 30, 80, 10), [92, 222, 30, 80], '#8fc6d8', 0.3) +
    rect(97, 208, 20, 16, p.ink, 4)
  );
};

const campStove: Motif = (p) => {
  const flame = (x: number) =>
    path(`M${x} 236q-30 -6 -22 -36q10 6 10 14q4 -28 20 -36q-2 22 10 30q10 22 -18 28z`, '#5aa6d6') +
    path(`M${x + 1} 236q-14 -6 -8 -22q10 4 10 -10q12 20 -2 32z`, '#ffd97a');
  const two = p.is('two-burner');
  return (
    shadow(200, 130) +
    (two ? flame(126) + flame(274) : flame(200)) +
    plain(p, 'M126 96h148v84a20 20 0 0 1 -20 20h-108a20 20 0 0 1 -20 -20z', [126, 96, 148, 104], p.metal) +
    rect(118, 88, 164, 14, p.metalLight, 7) +
    line('M282 116h40v44', p.metalDark, 9) +
    line('M170 62q-12 -16 0 -30M206 66q-12 -16 0 -34M240 62q-12 -16 0 -30', '#ffffff', 7, 0.8) +
    line('M110 204h180', p.ink, 8) +
    surface(p, box(72, 240, 256, 62, 14), [72, 240, 256, 62], { pattern: 'plain' }) +
    circle(136, 272, 15, p.ink) +
    line('M136 272l8 -10', '#fffdf6', 4) +
    (two ? circle(264, 272, 15, p.ink) + line('M264 272l-8 -10', '#fffdf6', 4) : '') +
    line('M104 302l-14 18M296 302l14 18', p.deep, 10)
  );
};

const waterBottle: Motif = (p) => {
  const clear = p.is('glass');
  return (
    shadow(200, 66) +
    (p.is('loop-cap') || p.pick(2, 'loop') ? line('M176 62q0 -34 24 -34t24 34', p.ink, 11) : '') +
    plain(p, box(164, 58, 72, 40, 10), [164, 58, 72, 40], clear ? '#c99a62' : p.ink, 0.25) +
    (clear
      ? path(
          'M158 110q6 -12 16 -12h52q10 0 16 12l12 34v160a18 18 0 0 1 -18 18h-72a18 18 0 0 1 -18 -18v-160z',
          '#dcecee',
        ) + path('M146 190h108v114a18 18 0 0 1 -18 18h-72a18 18 0 0 1 -18 -18z', '#9fd0dc')
      : surface(
          p,
          p.is('wide-mouth')
            ? box(140, 100, 120, 222, 26)
            : 'M158 110q6 -12 16 -12h52q10 0 16 12l12 34v160a18 18 0 0 1 -18 18h-72a18 18 0 0 1 -18 -18v-160z',
          [138, 98, 124, 224],
        )) +
    p.choose(
      [
        path('M168 246l24 -38l14 18l10 -12l20 32z', '#fffdf6', 0.9),
        circle(200, 226, 22, '#fffdf6e0') + circle(200, 226, 12, p.base),
        rect(146, 214, 108, 10, '#fffdf6') + rect(146, 232, 108, 5, '#fffdf6'),
      ],
      'mark',
    ) +
    line('M164 146v140', '#ffffff', 9, 0.4)
  );
};

const campLantern: Motif = (p) =>
  circle(200, 196, 128, '#ffdf8a44') +
  shadow(200, 84) +
  line('M124 150q0 -110 76 -110t76 110', p.ink, 8) +
  plain(p, 'M152 116q6 -40 48 -40t48 40z', [152, 76, 96, 40], p.base) +
  rect(136, 110, 128, 18, p.dark, 8) +
  path('M150 128h100q22 60 0 122h-100q-22 -62 0 -122z', '#fff1c4') +
  path('M200 148q34 46 0 88q-32 -38 0 -88z', '#f6a93b') +
  path('M200 190q14 22 0 40q-14 -16 0 -40z', '#ffe9a8') +
  line('M148 128q-24 60 0 122M252 128q24 60 0 122M200 128v122', p.metalDark, 5) +
  rect(136, 248, 128, 16, p.dark, 8) +
  surface(p, 'M132 262h136l14 44q2 14 -14 14h-136q-16 0 -14 -14z', [116, 262, 168, 58], { pattern: 'plain' }) +
  circle(200, 292, 12, p.brass) +
  line('M164 148q-10 36 0 70', lighter('#fff1c4', 0.9), 7);

export const CAMPING: Readonly<Record<string, Motif>> = {
  tent,
  'sleeping-bag': sleepingBag,
  'hiking-pack': hikingPack,
  'camp-stove': campStove,
  'water-bottle': waterBottle,
  'camp-lantern': campLantern,
};
