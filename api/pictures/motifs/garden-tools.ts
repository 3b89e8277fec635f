/** Garden tools. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, shadow, turned } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const ASH = '#d3ae78';

const wateringCan: Motif = (p) => {
  const long = p.is('long-spout', 'indoor');
  return (
    shadow(220, 104) +
    line('M250 148q70 -70 76 6q2 60 -30 96', p.dark, 16) +
    line('M170 154q30 -64 92 -30', p.dark, 14) +
    (long
      ? line('M156 276q-46 -10 -64 -90t-46 -100', p.dark, 15)
      : path('M160 286l-86 -112l20 -16l78 72z', p.dark) +
        turned(-44, 78, 156, rect(40, 142, 76, 22, p.brass, 8)) +
        repeat(4, (index) =>
          line(`M${44 - index * 4} ${196 + index * 2}q-10 18 -14 ${26 + (index % 2) * 14}`, '#8fc6d8', 5),
        )) +
    surface(
      p,
      p.is('round')
        ? 'M222 150q88 0 88 86q0 84 -60 84h-56q-60 0 -60 -84q0 -86 88 -86z'
        : 'M148 160h148l14 146a14 14 0 0 1 -14 14h-148a14 14 0 0 1 -14 -14z',
      [134, 150, 176, 170],
    ) +
    (p.is('round') ? '' : rect(140, 152, 164, 16, p.light, 8)) +
    line('M162 196l-6 92', '#ffffff', 8, 0.3)
  );
};

const trowel: Motif = (p) =>
  turned(
    36,
    200,
    200,
    path('M162 190h88v80q-6 60 -44 88q-38 -28 -44 -88z', '#24180f', 0.12),
    plain(p, 'M156 182q44 -16 88 0v86q-6 60 -44 86q-38 -26 -44 -86z', [156, 176, 88, 180], p.base),
    line('M200 206v110', lighter(p.base, 0.4), 6),
    rect(190, 136, 20, 52, p.metalDark, 5),
    plain(p, 'M180 40q20 -14 40 0q8 50 -4 104h-32q-12 -54 -4 -104z', [174, 32, 52, 114], ASH),
    rect(182, 126, 36, 16, p.brass, 4),
    circle(200, 48, 6, '#7c5239'),
    line('M200 46q-26 -30 0 -40t0 40', '#99603a', 5),
  ) + repeat(6, (index) => ellipse(70 + index * 16, 332 - (index % 3) * 6, 11, 7, '#7a5638'));

const pruners: Motif = (p) =>
  turned(
    24,
    200,
    200,
    plain(p, 'M206 186q44 40 48 146q0 22 -16 22q-14 0 -18 -20q-4 -80 -36 -132z', [184, 180, 72, 176], p.grip, 0.3),
    plain(
      p,
      'M194 186q-44 40 -48 146q0 22 16 22q14 0 18 -20q4 -80 36 -132z',
      [144, 180, 72, 176],
      darker(p.grip, 0.18),
      0.3,
    ),
    line('M178 258q22 16 44 0', p.metalDark, 6),
    path('M196 204q-40 -56 -18 -150q40 40 42 134z', '#d5dbdf'),
    path('M190 196q-20 -60 -12 -142q22 44 30 134z', '#eef1f2'),
    path('M206 204q36 -44 40 -112q14 66 -14 122z', p.metalDark),
    circle(200, 198, 19, p.metalDark),
    circle(200, 198, 8, p.metalLight),
  ) +
  line('M70 120q60 -10 92 30', p.leafDark, 6) +
  path('M66 118q2 -34 38 -36q-2 34 -38 36zM106 128q22 -30 52 -14q-20 26 -52 14z', p.leaf);

const gardenGloves: Motif = (p) => {
  const glove = (fill: string) =>
    surface(
      p,
      'M150 250q-12 -70 -8 -120q2 -18 16 -18t16 18v-34q0 -18 16 -18t16 18v-10q0 -18 16 -18t16 18v20q2 -16 15 -14t13 20v72q14 -18 26 -8q8 8 -2 26q-20 40 -38 52z',
      [138, 60, 156, 194],
      { fill },
    ) +
    plain(p, box(142, 244, 108, 66, 14), [142, 244, 108, 66], p.accent) +
    rect(142, 262, 108, 8, p.accentLight) +
    line('M174 132v40M206 110v58M238 120v48', '#24180f', 4, 0.18);
  return (
    shadow(200, 120, 326) +
    group('translate(250 24) scale(-1 1) rotate(14 150 180) translate(-36 0)', glove(p.dark)) +
    group('translate(44 14) rotate(8 200 200)', glove(p.base))
  );
};

const spade: Motif = (p) =>
  turned(
    14,
    200,
    200,
    plain(p, box(190, 62, 20, 180, 6), [190, 62, 20, 180], ASH, 0.4),
    line('M170 40h60M176 40q2 30 24 40q22 -10 24 -40', '#b98d55', 13),
    rect(186, 196, 28, 46, p.metalDark, 6),
    plain(p, 'M146 236h108v60q-4 40 -54 66q-50 -26 -54 -66z', [146, 236, 108, 128], p.base),
    rect(140, 230, 120, 12, p.metalDark, 6),
    line('M200 256v72', lighter(p.base, 0.45), 7),
  ) +
  path('M60 344q30 -40 84 -26q40 -30 90 4q50 -18 78 22z', '#7a5638') +
  repeat(5, (index) => line(`M${96 + index * 50} 330q-4 -18 4 -28`, p.leaf, 6));

export const GARDEN_TOOLS: Readonly<Record<string, Motif>> = {
  'watering-can': wateringCan,
  trowel,
  pruners,
  'garden-gloves': gardenGloves,
  spade,
};
