/** Storage. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, line, path, rect, repeat, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const basket: Motif = (p) => {
  const content = p.choose(
    [
      path('M106 176q14 -62 72 -40q34 -34 66 -4q46 -6 50 44z', p.accentLight) +
        path('M190 176q0 -50 44 -50q52 -2 60 50z', p.accent) +
        line('M206 156q30 -10 66 4', p.accentDark, 5, 0.6),
      circle(152, 150, 30, '#e8a23d') + circle(206, 140, 34, '#c9553f') + circle(254, 154, 27, '#7fa653'),
      path('M200 176q-70 -20 -84 -90q70 6 84 90zq70 -20 84 -90q-70 6 -84 90zq-30 -60 0 -124q30 64 0 124z', p.leaf),
      '',
    ],
    'content',
  );
  const two = p.is('two-tone');
  return (
    shadow(200, 116) +
    (p.is('handled') || p.pick(2) ? line('M122 180q0 -108 78 -108t78 108', p.dark, 12) : '') +
    content +
    surface(p, 'M78 172h244q8 80 -22 130q-8 18 -28 18h-144q-20 0 -28 -18q-30 -50 -22 -130z', [70, 172, 260, 148], {
      pattern: 'plain',
      over:
        (two ? rect(70, 244, 260, 80, p.accent) : '') +
        repeat(9, (row) =>
          repeat(13, (column) => rect(64 + column * 22 + (row % 2) * 11, 178 + row * 17, 16, 11, '#24180f14', 5)),
        ),
    }) +
    rect(68, 162, 264, 22, p.dark, 11) +
    repeat(15, (index) => line(`M${82 + index * 17} 166l6 14`, p.light, 4, 0.5))
  );
};

const storageBox: Motif = (p) =>
  shadow(200, 124) +
  (p.is('stacking')
    ? surface(p, box(96, 84, 208, 92, 8), [96, 84, 208, 92], { fill: p.light }) +
      rect(88, 72, 224, 26, p.base, 8) +
      rect(168, 120, 64, 26, p.paper, 4)
    : '') +
  surface(p, box(82, 186, 236, 134, 10), [82, 186, 236, 134]) +
  plain(p, box(72, 164, 256, 44, 10), [72, 164, 256, 44], p.dark, 0.2) +
  rect(158, 234, 84, 44, p.brass, 6) +
  rect(164, 240, 72, 32, p.paper, 3) +
  line('M176 256h48', p.ink, 5, 0.6) +
  line('M100 226v74', '#ffffff', 7, 0.25);

const coatRack: Motif = (p) =>
  rect(66, 126, 284, 40, '#24180f18', 10) +
  plain(p, box(54, 112, 292, 42, 10), [54, 112, 292, 42], p.base, 0.08) +
  (p.is('shelf')
    ? rect(46, 94, 308, 18, p.dark, 6) +
      plain(p, 'M84 94v-30h40v30z', [84, 64, 40, 30], p.accent) +
      rect(250, 76, 64, 18, '#c9553f', 3)
    : '') +
  // A hat, a scarf and a bag hang from it.
  repeat(4, (index) => rect(88 + index * 70, 128, 16, 26, p.deep, 8)) +
  plain(p, 'M62 178q0 -34 36 -34t36 34z', [62, 144, 72, 34], '#d9b06c', 0.2) +
  ellipse(98, 180, 54, 12, '#d9b06c') +
  rect(64, 168, 68, 8, p.accentDark) +
  plain(p, 'M156 146h26v170h-26z', [156, 146, 26, 170], p.accent, 0) +
  repeat(5, (index) => rect(156, 172 + index * 28, 26, 9, p.accentLight)) +
  plain(p, 'M150 150h20v130h-20z', [150, 150, 20, 130], p.accentDark, 0) +
  line('M236 150q-26 50 -28 86M236 150q30 50 34 86', '#7c5239', 6) +
  plain(p, 'M202 230h74l8 84h-90z', [194, 230, 90, 84], '#99603a', 0.25) +
  circle(308, 148, 10, p.brass);

const crate: Motif = (p) => {
  const goods = p.choose(
    [
      circle(132, 172, 27, '#d9482f') +
        circle(182, 164, 28, '#c9a13a') +
        circle(232, 166, 28, '#d9482f') +
        circle(278, 174, 25, '#8fb35a') +
        line('M182 138q2 -12 10 -16M232 140q0 -12 8 -16', p.ink, 4),
      repeat(7, (index) =>
        rect(
          104 + index * 28,
          118 + (index % 3) * 8,
          24,
          80,
          ['#c9553f', '#2f6f78', '#e0a63a', '#6b7f4e', '#7d4d6b', '#3f5688', '#efe2c6'][index]!,
          3,
        ),
      ),
      '',
    ],
    'goods',
  );
  const slat = (y: number) =>
    plain(p, box(72, y, 256, 40, 5), [72, y, 256, 40], p.base, 0.14) +
    line(`M86 ${y + 14}q60 8 120 0t106 4`, p.dark, 3, 0.4);
  return (
    shadow(200, 132) +
    rect(84, 176, 232, 136, p.deep) +
    goods +
    slat(188) +
    slat(234) +
    slat(280) +
    rect(72, 180, 24, 140, p.dark, 4) +
    rect(304, 180, 24, 140, p.dark, 4) +
    rect(172, 200, 56, 16, p.deep, 8) +
    [84, 316]
      .map((x) => circle(x, 208, 4, p.metalLight) + circle(x, 254, 4, p.metalLight) + circle(x, 300, 4, p.metalLight))
      .join('')
  );
};

export const STORAGE: Readonly<Record<string, Motif>> = {
  basket,
  'storage-box': storageBox,
  'coat-rack': coatRack,
  crate,
};
