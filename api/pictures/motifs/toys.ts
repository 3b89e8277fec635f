/** Toys. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, shadow, turned } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const BRIGHT = ['#c9553f', '#e0a63a', '#5a9aa8', '#7fa653', '#7d6aa8', '#e98a6d'] as const;

const buildingBlocks: Motif = (p) => {
  const natural = p.is('natural');
  const color = (index: number) =>
    natural ? [p.base, p.dark, p.light][index % 3]! : BRIGHT[(index + p.pick(6, 'blocks')) % 6]!;
  const block = (x: number, y: number, width: number, height: number, index: number) =>
    plain(p, box(x, y, width, height, 5), [x, y, width, height], color(index), 0.22);
  const letter = (x: number, y: number, d: string) =>
    p.is('alphabet') ? group(`translate(${x} ${y})`, line(d, '#fffdf6', 8)) : '';
  return (
    shadow(200, 136) +
    block(76, 244, 76, 76, 0) +
    block(162, 244, 76, 76, 1) +
    block(248, 244, 76, 76, 2) +
    letter(114, 282, 'M-14 20l14 -40l14 40M-8 6h16') +
    letter(200, 282, 'M-12 -20v40h12q14 0 14 -11t-12 -11h-12q12 2 12 -9t-12 -9z') +
    letter(286, 282, 'M16 -12q-30 -18 -30 12t30 14') +
    block(104, 190, 76, 54, 3) +
    path('M196 190h108v54h-24a30 30 0 0 0 -60 0h-24z', color(4)) +
    block(128, 150, 54, 40, 5) +
    plain(p, 'M196 190l54 -58l54 58z', [196, 132, 108, 58], color(0), 0.3) +
    plain(p, 'M128 150l27 -50l27 50z', [128, 100, 54, 50], color(2), 0.3) +
    circle(250, 110, 19, color(1))
  );
};

const toyTrain: Motif = (p) => {
  const wheel = (x: number, radius = 24) =>
    circle(x, 306 - radius + 14, radius, p.wood) +
    circle(x, 306 - radius + 14, radius * 0.5, p.woodDark) +
    circle(x, 306 - radius + 14, 4, '#fffdf6');
  return (
    circle(96, 92, 20, '#ffffffb0') +
    circle(128, 66, 26, '#ffffff90') +
    circle(172, 48, 18, '#ffffff70') +
    shadow(200, 160) +
    rect(36, 312, 328, 8, p.woodDark, 4) +
    // Wagon.
    line('M238 268h28', p.ink, 7) +
    plain(p, box(258, 208, 100, 66, 8), [258, 208, 100, 66], p.accent) +
    repeat(3, (index) => circle(282 + index * 26, 202, 17, BRIGHT[(index + p.pick(6, 'load')) % 6]!)) +
    rect(252, 214, 112, 12, p.accentDark, 5) +
    // Engine.
    plain(p, box(62, 200, 130, 74, 30), [62, 200, 130, 74], p.base) +
    plain(p, box(158, 132, 84, 142, 8), [158, 132, 84, 142], p.dark) +
    rect(148, 118, 104, 20, p.accent, 8) +
    rect(176, 154, 48, 46, lighter(p.base, 0.75), 6) +
    plain(p, 'M82 142h40l-6 62h-28z', [82, 142, 40, 62], p.woodDark) +
    rect(76, 130, 52, 16, p.accent, 6) +
    rect(56, 262, 190, 18, p.deep, 6) +
    circle(76, 238, 13, '#ffe29a') +
    wheel(92) +
    wheel(148) +
    wheel(212, 30) +
    wheel(282) +
    wheel(336)
  );
};

const teddyBear: Motif = (p) => {
  const patch = p.is('patchwork');
  return (
    shadow(200, 108, 338) +
    ellipse(138, 308, 38, 30, p.dark) +
    ellipse(262, 308, 38, 30, p.dark) +
    ellipse(134, 312, 20, 16, p.light) +
    ellipse(266, 312, 20, 16, p.light) +
    surface(p, 'M200 180q84 0 84 78q0 74 -84 74t-84 -74q0 -78 84 -78z', [116, 180, 168, 152], { pattern: 'plain' }) +
    ellipse(200, 268, 48, 46, p.light) +
    group('rotate(24 126 228)', ellipse(122, 238, 26, 52, p.dark)) +
    group('rotate(-24 274 228)', ellipse(278, 238, 26, 52, p.dark)) +
    circle(134, 84, 34, p.base) +
    circle(266, 84, 34, p.base) +
    circle(134, 84, 18, p.accentLight) +
    circle(266, 84, 18, p.accentLight) +
    surface(p, 'M200 62q92 0 92 78q0 72 -92 72t-92 -72q0 -78 92 -78z', [108, 62, 184, 150], { pattern: 'plain' }) +
    (patch ? rect(222, 88, 48, 44, p.accent, 8) + line('M228 94h36M228 126h36', '#fffdf6', 3) : '') +
    ellipse(200, 170, 44, 34, p.light) +
    (p.is('sleepy')
      ? line('M152 136q12 10 24 0M224 136q12 10 24 0', p.ink, 6)
      : circle(164, 134, 8, p.ink) + circle(236, 134, 8, p.ink)) +
    ellipse(200, 156, 15, 10, p.ink) +
    line('M200 166v10M184 182q16 14 32 0', p.ink, 5) +
    path('M200 212l-40 -16v36zM200 212l40 -16v36z', p.accent) +
    circle(200, 214, 11, p.accentDark)
  );
};

const kite: Motif = (p) => {
  const tail =
    line('M176 262q-60 20 -40 60t-40 56', p.ink, 4) +
    [
      [150, 290],
      [138, 326],
      [112, 358],
    ]
      .map(([x, y], index) =>
        path(`M${x} ${y}l-20 -12v24zM${x} ${y}l20 -12v24z`, BRIGHT[(index + p.pick(6, 'bows')) % 6]!),
      )
      .join('');
  const delta = p.is('delta', 'stunt');
  return (
    ellipse(92, 106, 46, 17, '#ffffffc0') +
    ellipse(122, 94, 34, 17, '#ffffffc0') +
    ellipse(318, 276, 44, 15, '#ffffffa0') +
    tail +
    (delta
      ? path('M226 60l138 118l-150 4z', p.dark) +
        path('M226 60l-150 96l138 26z', p.base) +
        path('M226 60l-12 122l-40 -46z', p.accent) +
        path('M226 60l-12 122l66 -56z', p.accentLight)
      : turned(
          16,
          214,
          160,
          path('M214 34l80 110l-80 122z', p.dark),
          path('M214 34l-80 110l80 122z', p.base),
          path('M214 34l-80 110h80z', p.is('rainbow') ? '#e0a63a' : p.accent),
          path('M214 34l80 110h-80z', p.is('rainbow') ? '#c9553f' : p.light),
          line('M214 34v232M134 144h160', p.ink, 4, 0.5),
        ))
  );
};

const stackingToy: Motif = (p) => {
  const widths = [118, 104, 90, 76, 62, 48];
  const tower = p.is('tower');
  const arch = p.is('rainbow');
  if (arch) {
    return (
      shadow(200, 150) +
      widths
        .map(
          (_, index) =>
            `<path d="M${62 + index * 22} 318v-${10}a${138 - index * 22} ${138 - index * 22} 0 0 1 ${276 - index * 44} 0v10" fill="none" stroke="${['#c9553f', '#e98a3f', '#e0b23a', '#7fa653', '#5a9aa8', '#7d6aa8'][index]}" stroke-width="21"/>`,
        )
        .join('')
    );
  }
  return (
    shadow(200, 118) +
    rect(190, 70, 20, 240, p.woodDark, 8) +
    widths
      .map((width, index) => {
        const color = BRIGHT[(index + p.pick(6, 'rings')) % 6]!;
        const y = 262 - index * 36;
        const outline = tower ? box(200 - width, y, width * 2, 35, 5) : box(200 - width, y, width * 2, 36, 18);
        return (
          plain(p, outline, [200 - width, y, width * 2, 36], color, 0.2) +
          line(`M${200 - width + 22} ${y + 11}h${Math.round(width * 0.5)}`, '#ffffff', 6, 0.35)
        );
      })
      .join('') +
    circle(200, 62, 24, darker(p.base, 0.08)) +
    circle(192, 54, 7, '#ffffff80') +
    plain(
      p,
      p.is('wobbly') ? 'M96 296h208q-14 28 -104 28t-104 -28z' : box(84, 298, 232, 24, 12),
      [84, 296, 232, 28],
      p.base,
      0.2,
    )
  );
};

export const TOYS: Readonly<Record<string, Motif>> = {
  'building-blocks': buildingBlocks,
  'toy-train': toyTrain,
  'teddy-bear': teddyBear,
  kite,
  'stacking-toy': stackingToy,
};
