/** Bath. */

import { surface } from '../surface.ts';
import { box, circle, ellipse, line, path, rect, repeat, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const towel: Motif = (p) =>
  p.is('waffle', 'plush') || p.pick(2, 'hung') === 0
    ? rect(64, 82, 272, 16, p.brass, 8) +
      circle(64, 90, 13, p.brass) +
      circle(336, 90, 13, p.brass) +
      path('M112 92h150v206h-150z', '#24180f', 0.1) +
      surface(p, 'M104 86h148v218h-148z', [104, 86, 148, 218]) +
      rect(104, 262, 148, 10, p.light) +
      rect(104, 278, 148, 6, p.light) +
      path('M104 86h148v16h-148z', p.dark) +
      surface(p, 'M266 86h52v138h-52z', [266, 86, 52, 138], { fill: p.light, pattern: 'plain' }) +
      rect(266, 200, 52, 8, p.base)
    : shadow(200, 130) +
      [p.dark, p.base, p.light]
        .map((color, index) => {
          const y = 258 - index * 62;
          return (
            surface(p, box(76, y, 248, 62, 26), [76, y, 248, 62], { fill: color, shade: 0.14 }) +
            line(`M84 ${y + 31}h212`, p.deep, 4, 0.35)
          );
        })
        .join('') +
      path('M170 136q-4 -46 30 -66q34 20 30 66z', p.leaf, 0.9) +
      line('M200 136v-46', p.leafDark, 4);

const bathMat: Motif = (p) => {
  const slats = p.is('bamboo', 'slatted');
  return (
    shadow(200, 150, 292) +
    (slats
      ? repeat(8, (index) => {
          const [left, right] = [92 + index * 27.4, 92 + index * 27.4 + 23];
          const [lower, upper] = [58 + index * 36, 58 + index * 36 + 31];
          return path(`M${left} 146h${right - left}L${upper} 286h${lower - upper}z`, index % 2 ? p.base : p.light);
        }) + path('M84 184h232l4 15h-240zM70 234h260l4 15h-268z', p.dark)
      : surface(
          p,
          p.is('rounded')
            ? 'M200 130q140 0 140 84t-140 84t-140 -84t140 -84z'
            : 'M92 146h216q14 0 18 14l26 116q4 20 -16 20h-272q-20 0 -16 -20l26 -116q4 -14 18 -14z',
          [44, 130, 312, 168],
          { shade: 0.12 },
        ) +
        (p.is('rounded')
          ? line('M200 146q122 0 122 68t-122 68t-122 -68t122 -68z', p.dark, 6, 0.6) +
            line('M200 164q98 0 98 50t-98 50t-98 -50t98 -50z', p.light, 6, 0.8)
          : repeat(22, (index) => line(`M${54 + index * 13.8} 298v12`, p.dark, 5)))) +
    // Two footprints.
    ['M160 236q-18 -4 -16 -30t18 -26t16 30t-18 26z', 'M238 236q-18 -4 -18 -26t16 -30t18 26t-16 30z']
      .map((foot) => path(foot, '#24180f', 0.1))
      .join('')
  );
};

const soapDispenser: Motif = (p) => {
  const outline = p.is('slim')
    ? box(146, 150, 108, 170, 26)
    : p.choose(
        [
          box(128, 160, 144, 160, 28),
          'M160 156h80q34 60 34 164h-148q0 -104 34 -164z',
          'M200 156q76 10 76 88q0 76 -40 76h-72q-40 0 -40 -76q0 -78 76 -88z',
        ],
        'shape',
      );
  return (
    shadow(200, 80) +
    surface(p, outline, [120, 150, 160, 170]) +
    rect(180, 128, 40, 30, p.metalDark, 5) +
    rect(192, 92, 16, 40, p.metal) +
    path('M168 78h70q34 0 40 30h-18q-4 -14 -22 -14h-70z', p.metal) +
    rect(164, 214, 72, 50, p.paper, 6) +
    line('M178 232h44M186 247h28', p.ink, 4, 0.6) +
    circle(286, 140, 11, '#ffffffb0') +
    circle(306, 170, 16, '#ffffff90') +
    circle(294, 206, 8, '#ffffffa0') +
    (p.is('slim') ? line('M158 180v110', '#ffffff', 7, 0.3) : line('M146 210v76', '#ffffff', 8, 0.3))
  );
};

const bathrobe: Motif = (p) =>
  line('M200 40v22', p.ink, 6) +
  line('M140 78q60 -34 120 0', p.woodDark, 9) +
  surface(
    p,
    'M146 78l54 30l54 -30l46 26q14 70 22 140l-36 8l-10 -48l8 136h-168l8 -136l-10 48l-36 -8q8 -70 22 -140z',
    [78, 78, 244, 262],
    { shade: 0.22 },
  ) +
  path('M146 78l54 122l54 -122l22 12l-66 150h-20l-66 -150z', p.light) +
  path('M182 84h36l-18 44z', p.deep, 0.6) +
  rect(122, 214, 156, 20, p.dark, 6) +
  line('M208 234l16 64M196 234l-8 54', p.dark, 13) +
  rect(130, 258, 44, 46, p.dark, 8) +
  rect(230, 258, 44, 46, p.dark, 8);

const laundryBasket: Motif = (p) => {
  const weave =
    repeat(11, (row) => line(`M92 ${164 + row * 15}h216`, p.dark, 5, 0.5)) +
    repeat(13, (column) => line(`M${96 + column * 18} 152v168`, p.dark, 4, 0.35));
  return (
    shadow(200, 100) +
    path('M112 146q10 -60 60 -42q20 -40 60 -10q50 -10 54 52z', p.accentLight) +
    path('M196 146q-6 -54 34 -52q50 -10 56 52z', p.accent) +
    surface(p, 'M92 148h216l-16 156a18 18 0 0 1 -18 16h-148a18 18 0 0 1 -18 -16z', [92, 148, 216, 172], {
      pattern: 'plain',
      over: p.is('canvas') ? '' : weave,
    }) +
    rect(84, 138, 232, 22, p.light, 11) +
    ellipse(124, 196, 15, 11, p.deep) +
    ellipse(276, 196, 15, 11, p.deep)
  );
};

export const BATH: Readonly<Record<string, Motif>> = {
  towel,
  'bath-mat': bathMat,
  'soap-dispenser': soapDispenser,
  bathrobe,
  'laundry-basket': laundryBasket,
};
