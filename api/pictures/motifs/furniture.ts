/** Furniture. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, line, path, rect, repeat, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const diningChair: Motif = (p) => {
  const back = p.is('ladder-back')
    ? repeat(4, (index) =>
        plain(p, `M136 ${78 + index * 30}q64 -16 128 0v14q-64 -16 -128 0z`, [136, 60 + index * 30, 128, 40], p.base, 0),
      )
    : p.is('upholstered')
      ? plain(p, box(138, 66, 124, 110, 24), [138, 66, 124, 110], p.accent, 0.2)
      : repeat(5, (index) => line(`M${150 + index * 25} 84v112`, p.base, 8)) +
        plain(p, 'M124 62q76 -22 152 0v28q-76 -22 -152 0z', [124, 40, 152, 60], p.base, 0.1);
  return (
    shadow(200, 108) +
    line('M132 70l-4 132M268 70l4 132', p.dark, 13) +
    back +
    line('M142 228l-14 90M258 228l14 90', p.dark, 12) +
    line('M116 226l-16 94M284 226l16 94', p.base, 13) +
    line('M112 276h176', p.dark, 8) +
    plain(
      p,
      'M118 198h164q16 0 20 16l4 14q2 10 -10 10h-192q-12 0 -10 -10l4 -14q4 -16 20 -16z',
      [92, 198, 216, 40],
      p.is('cane-seat') ? '#e3c998' : p.is('upholstered') ? p.accent : p.base,
      0.2,
    ) +
    (p.is('cane-seat') ? repeat(9, (index) => line(`M${112 + index * 22} 202l-8 30`, '#b8935b', 2)) : '')
  );
};

const armchair: Motif = (p) => {
  const wing = p.is('wingback');
  return (
    shadow(200, 132) +
    line('M112 300l-8 22M288 300l8 22', p.woodDark, 13) +
    surface(
      p,
      wing ? 'M106 90q-6 -30 24 -34q70 -14 140 0q30 4 24 34l-10 150h-168z' : box(104, 88, 192, 160, 46),
      [96, 48, 208, 200],
    ) +
    plain(p, box(112, 218, 176, 52, 20), [112, 218, 176, 52], p.light, 0.18) +
    plain(p, 'M66 204q0 -26 28 -26t28 26v102h-40q-16 0 -16 -16z', [66, 178, 56, 128], p.dark, 0.3) +
    plain(p, 'M278 204q0 -26 28 -26t28 26v86q0 16 -16 16h-40z', [278, 178, 56, 128], p.dark, 0.3) +
    plain(p, box(104, 262, 192, 44, 12), [104, 262, 192, 44], p.base, 0.18) +
    (p.pick(2, 'pillow')
      ? plain(p, 'M154 150q46 12 92 0q8 34 0 68q-46 -10 -92 0q-8 -34 0 -68z', [144, 146, 112, 76], p.accent, 0.2)
      : '') +
    line('M130 112q-8 40 0 90', '#ffffff', 7, 0.22)
  );
};

const sideTable: Motif = (p) => {
  const onTop = p.choose(
    [
      rect(158, 128, 66, 14, '#c9553f', 3) +
        rect(150, 142, 80, 16, '#2f6f78', 3) +
        path('M236 158v-26h34v26q-2 2 -17 2t-17 -2z', '#f3ead6') +
        line('M270 138q14 2 6 14', '#f3ead6', 5),
      plain(p, 'M180 104h40q-6 12 6 28q10 28 -26 28t-26 -28q12 -16 6 -28z', [174, 104, 52, 56], p.accent) +
        line('M194 104q-10 -40 -24 -50M204 104q4 -46 24 -60', p.leafDark, 5) +
        circle(168, 50, 15, '#e98a6d') +
        circle(230, 42, 15, '#f2c14e'),
    ],
    'top',
  );
  const drawer = p.is('drawer');
  return (
    shadow(200, 106) +
    line('M134 176l-22 142M266 176l22 142', p.dark, 13) +
    line('M200 176v138', p.deep, 10) +
    (p.is('tray', 'nesting') ? '' : plain(p, box(120, 254, 160, 12, 6), [120, 254, 160, 12], p.dark, 0)) +
    (drawer
      ? plain(p, box(104, 172, 192, 50, 6), [104, 172, 192, 50], p.dark, 0.1) + circle(200, 197, 8, p.brass)
      : '') +
    onTop +
    plain(p, box(84, 158, 232, 20, 10), [84, 158, 232, 20], p.base, 0.14) +
    (p.is('round') ? ellipse(200, 160, 116, 7, p.light) : '')
  );
};

const bookshelf: Motif = (p) => {
  const books = (x: number, y: number, what: string) => {
    const colors = ['#c9553f', '#2f6f78', '#e0a63a', '#6b7f4e', '#7d4d6b', '#efe2c6', '#3f5688'];
    let offset = 0;
    return repeat(5, (index) => {
      const width = 12 + p.pick(9, `${what}w${index}`);
      const height = 40 + p.pick(16, `${what}h${index}`);
      const drawn = rect(x + offset, y - height, width, height, colors[p.pick(7, `${what}c${index}`)]!, 2);
      offset += width + 2;
      return drawn;
    });
  };
  const pot = (x: number, y: number) =>
    path(`M${x} ${y - 26}h36l-6 26h-24z`, '#c66b48') +
    path(
      `M${x + 18} ${y - 26}q-34 -8 -24 -40q26 6 24 40zq34 -8 24 -40q-26 6 -24 40zq-10 -30 0 -48q10 18 0 48z`,
      p.leaf,
    );
  const ladder = p.is('ladder');
  return (
    shadow(200, 110) +
    (ladder
      ? line('M128 44l-24 276M272 44l24 276', p.dark, 12)
      : plain(p, box(92, 44, 216, 276, 6), [92, 44, 216, 276], p.is('open-back') ? p.light : p.deep, 0) +
        rect(92, 44, 14, 276, p.base) +
        rect(294, 44, 14, 276, p.dark)) +
    [124, 204, 288].map((y) => rect(92, y, 216, 13, p.base)).join('') +
    (ladder ? '' : rect(92, 40, 216, 14, p.base, 4)) +
    books(116, 124, 'a') +
    pot(240, 124) +
    books(204, 204, 'b') +
    circle(150, 184, 20, p.accent) +
    rect(118, 256, 70, 32, '#d9b06c', 5) +
    books(212, 288, 'c')
  );
};

const stool: Motif = (p) =>
  shadow(200, 96) +
  line('M152 170l-34 148M248 170l34 148', p.dark, 14) +
  (p.is('three-legged', 'milking')
    ? line('M200 170v148', p.deep, 13)
    : line('M174 170l-10 130M226 170l10 130', p.deep, 11)) +
  line('M134 264h132', p.base, 9) +
  (p.is('step') ? plain(p, box(112, 232, 176, 18, 8), [112, 232, 176, 18], p.base, 0.15) : '') +
  plain(p, 'M108 150q0 -22 92 -22t92 22v14q0 22 -92 22t-92 -22z', [108, 128, 184, 58], p.base, 0.2) +
  ellipse(200, 150, 92, 22, p.light) +
  ellipse(200, 152, 62, 12, p.base);

const desk: Motif = (p) => {
  const legs = p.is('trestle')
    ? line('M96 318l26 -138l26 138M252 318l26 -138l26 138', p.dark, 11)
    : line('M82 186l-8 134M318 186l8 134', p.dark, 14);
  return (
    shadow(200, 156) +
    legs +
    (p.is('trestle')
      ? ''
      : plain(p, box(78, 182, p.is('compact') ? 110 : 244, 46, 6), [78, 182, 244, 46], p.dark, 0.1) +
        circle(132, 205, 7, p.brass) +
        (p.is('compact') ? '' : circle(268, 205, 7, p.brass) + line('M200 186v38', p.deep, 4))) +
    // Lamp, laptop and a cup.
    line('M96 164v-46l34 -34', p.ink, 6) +
    path('M118 70l34 22l-18 22l-34 -20z', p.accent) +
    rect(76, 158, 42, 8, p.ink, 4) +
    path('M178 92h108v68h-108z', '#4b5560') +
    path('M185 99h94v54h-94z', '#bcdde3') +
    path('M166 158h132l10 9h-152z', '#9aa4ad') +
    rect(314, 138, 22, 28, p.accentLight, 4) +
    plain(p, box(54, 164, 292, 20, 6), [54, 164, 292, 20], p.base, 0.1)
  );
};

export const FURNITURE: Readonly<Record<string, Motif>> = {
  'dining-chair': diningChair,
  armchair,
  'side-table': sideTable,
  bookshelf,
  stool,
  desk,
};
