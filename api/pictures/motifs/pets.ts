/** Pets. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, oval, path, rect, repeat, ring, shadow, turned } from '../svg.ts';
import { lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

function paw(x: number, y: number, size: number, color: string): string {
  return group(
    `translate(${x} ${y}) scale(${size})`,
    ellipse(0, 8, 17, 14, color),
    circle(-19, -8, 7, color),
    circle(-7, -18, 8, color),
    circle(8, -18, 8, color),
    circle(20, -8, 7, color),
  );
}

const petBowl: Motif = (p) => {
  const bone = 'M150 256h100M146 246a11 11 0 1 0 0 20M254 246a11 11 0 1 1 0 20';
  return (
    shadow(200, 140) +
    (p.pick(3, 'food') === 1
      ? ellipse(200, 192, 104, 10, '#8fc6d8')
      : path('M102 200q20 -50 98 -50t98 50z', '#a9713f')) +
    (p.pick(3, 'food') === 1
      ? ''
      : repeat(11, (index) =>
          circle(
            122 + index * 15.5,
            188 - Math.round(Math.sin(((index + 0.5) / 11) * Math.PI) * 28),
            11,
            ['#8a5a34', '#b98550', '#9c6a3c'][index % 3]!,
          ),
        )) +
    surface(p, 'M92 200h216l38 106a12 12 0 0 1 -12 14h-268a12 12 0 0 1 -12 -14z', [54, 200, 292, 120]) +
    rect(82, 190, 236, 20, p.light, 10) +
    p.choose(
      [
        paw(200, 262, 1.1, lighter(p.base, 0.75)),
        line(bone, lighter(p.base, 0.75), 13),
        paw(200, 262, 1.1, lighter(p.base, 0.75)),
      ],
      'mark',
    )
  );
};

const dogCollar: Motif = (p) =>
  shadow(200, 120, 330) +
  `<ellipse cx="200" cy="180" rx="126" ry="88" fill="none" stroke="${p.deep}" stroke-width="34"/>` +
  `<path d="M74 180a126 88 0 0 0 252 0" fill="none" stroke="${p.base}" stroke-width="36"/>` +
  (p.is('stitched', 'rolled')
    ? `<path d="M74 188a126 88 0 0 0 252 0" fill="none" stroke="${p.light}" stroke-width="3" stroke-dasharray="10 8"/>`
    : p.pattern === 'stripes'
      ? `<path d="M74 182a126 88 0 0 0 252 0" fill="none" stroke="${p.light}" stroke-width="9"/>`
      : repeat(7, (index) =>
          circle(
            Math.round(200 - 110 * Math.cos(((index + 0.5) / 7) * Math.PI)),
            Math.round(182 + 86 * Math.sin(((index + 0.5) / 7) * Math.PI)),
            5,
            p.brass,
          ),
        )) +
  turned(
    32,
    286,
    112,
    `<rect x="262" y="84" width="48" height="52" rx="8" fill="none" stroke="${p.brass}" stroke-width="9"/>`,
    line('M286 84v52', p.brass, 6),
  ) +
  ring(200, 286, 14, p.brass, 6) +
  circle(200, 324, 32, p.brass) +
  circle(200, 324, 26, '#e0bd6c') +
  paw(200, 326, 0.62, '#8a6a24');

const petBed: Motif = (p) => {
  const guest = p.choose(
    [
      // A sleeping cat.
      path('M128 236q-4 -62 72 -62q84 0 84 56q0 22 -30 26h-100q-24 -2 -26 -20z', '#e0914c') +
        circle(146, 212, 36, '#e0914c') +
        path('M120 190l-2 -30l26 16zM172 190l4 -30l-28 16z', '#e0914c') +
        line('M128 214q8 8 14 0M152 214q8 8 14 0', '#3a3431', 4) +
        path('M144 222h8l-4 6z', '#3a3431') +
        line('M200 182q8 16 4 34M226 180q10 16 6 36M252 188q8 14 4 30', '#b96f30', 6) +
        line('M282 236q34 -6 26 -40', '#e0914c', 15),
      // A sleeping dog.
      path('M126 240q-6 -66 76 -66q88 0 86 60q-2 22 -32 24h-104q-24 -2 -26 -18z', '#a9713f') +
        ellipse(146, 220, 42, 32, '#a9713f') +
        ellipse(126, 230, 24, 18, '#e0c29b') +
        circle(110, 226, 7, '#3a3431') +
        line('M140 212q8 7 14 0', '#3a3431', 4) +
        path('M166 194q28 4 22 44q-22 0 -30 -26z', '#7c5239') +
        line('M286 236q30 4 34 -24', '#a9713f', 12),
      '',
    ],
    'guest',
  );
  return (
    shadow(200, 160, 318) +
    surface(p, 'M200 178q150 0 150 64t-150 64t-150 -64t150 -64z', [50, 178, 300, 128], {
      pattern: 'plain',
      fill: p.dark,
      shade: 0,
    }) +
    ellipse(200, 236, 112, 38, lighter(p.base, 0.7)) +
    guest +
    surface(p, 'M46 232q0 -22 26 -22q14 40 128 40t128 -40q26 0 26 22q0 84 -154 84t-154 -84z', [46, 208, 308, 110], {
      shade: 0.14,
    }) +
    line('M84 268q30 26 90 32', '#ffffff', 7, 0.3)
  );
};

const catTree: Motif = (p) => {
  const sisal = '#d9bd8a';
  const post = (x: number, y: number, height: number) =>
    rect(x, y, 30, height, sisal) +
    repeat(Math.floor(height / 12), (index) => line(`M${x} ${y + 8 + index * 12}h30`, '#b8965c', 3));
  const three = p.is('three-tier', 'hideaway');
  return (
    shadow(200, 140) +
    post(120, 130, 180) +
    post(250, three ? 90 : 190, three ? 220 : 120) +
    (three ? plain(p, box(212, 76, 110, 20, 8), [212, 76, 110, 20], p.base) : '') +
    // A cat on the upper floor.
    group(
      `translate(${three ? 132 : 0} ${three ? -42 : 0})`,
      path('M104 118q-6 -58 30 -62q40 0 34 62z', '#4b5057'),
      circle(132, 52, 27, '#4b5057'),
      path('M110 40l-2 -28l22 14zM154 40l2 -28l-22 14z', '#4b5057'),
      circle(122, 52, 4, '#f2d06b'),
      circle(142, 52, 4, '#f2d06b'),
      line('M166 112q30 2 24 38', '#4b5057', 11),
    ) +
    plain(p, box(84, 118, 130, 22, 9), [84, 118, 130, 22], p.base) +
    plain(p, box(206, 186, 128, 22, 9), [206, 186, 128, 22], p.base) +
    plain(p, box(148, 226, 104, 84, 14), [148, 226, 104, 84], p.dark) +
    circle(200, 268, 28, p.deep) +
    circle(200, 268, 28, '#24180f55') +
    line('M310 208v34', p.accent, 4) +
    circle(310, 252, 12, p.accent) +
    plain(p, box(70, 300, 262, 22, 9), [70, 300, 262, 22], p.wood)
  );
};

const chewToy: Motif = (p) => {
  const bone = `${box(112, 174, 176, 60, 8)}${oval(112, 176, 40)}${oval(112, 232, 40)}${oval(288, 176, 40)}${oval(288, 232, 40)}`;
  if (p.is('knotted', 'squeaky')) {
    const ball = p.is('squeaky');
    return ball
      ? shadow(200, 104) +
          surface(p, 'M200 112a104 104 0 1 1 -.1 0z', [96, 112, 208, 208], {
            pattern: 'plain',
            over: line('M110 160q90 60 180 0M110 276q90 -60 180 0', '#fffdf6', 12),
          }) +
          circle(166, 166, 16, '#ffffff66')
      : shadow(200, 150, 310) +
          line('M84 226q60 -60 116 -10t116 -16', p.base, 30) +
          line('M84 238q60 -60 116 -10t116 -16', p.accent, 9, 0.8) +
          [
            [84, 230],
            [316, 204],
          ]
            .map(
              ([x, y]) =>
                circle(x!, y!, 36, p.dark) +
                ring(x!, y!, 22, p.light, 7) +
                repeat(5, (index) =>
                  line(
                    `M${x! + (x! < 200 ? -30 : 30)} ${y! - 18 + index * 9}l${x! < 200 ? -34 : 34} ${(index - 2) * 9}`,
                    index % 2 ? p.accent : p.base,
                    7,
                  ),
                ),
            )
            .join('');
  }
  return (
    shadow(200, 120, 322) +
    turned(
      -24,
      200,
      204,
      plain(p, bone, [72, 136, 256, 136], p.base, 0.16),
      line('M104 166q10 -10 22 -4M136 188h120', '#ffffff', 9, 0.4),
      repeat(5, (index) => circle(144 + index * 28, 214, 5, p.dark)),
    )
  );
};

export const PETS: Readonly<Record<string, Motif>> = {
  'pet-bowl': petBowl,
  'dog-collar': dogCollar,
  'pet-bed': petBed,
  'cat-tree': catTree,
  'chew-toy': chewToy,
};
