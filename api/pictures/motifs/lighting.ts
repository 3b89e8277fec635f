/** Lighting. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, line, path, rect, repeat, shadow } from '../svg.ts';
import { lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const GLOW = '#ffd97a';

const tableLamp: Motif = (p) => {
  const shade = p.choose(['#f7ecd2', '#efe3cd', lighter(p.accent, 0.55)], 'shade');
  const bodies = {
    globe: 'M200 196a62 62 0 1 1 -.1 0z',
    column: box(168, 190, 64, 124, 14),
    gourd: 'M182 190h36q8 30 30 50q24 70 -48 74q-72 -4 -48 -74q22 -20 30 -50z',
  };
  const outline = p.is('globe')
    ? bodies.globe
    : p.is('column')
      ? bodies.column
      : p.choose([bodies.gourd, bodies.globe, bodies.column], 'body');
  return (
    path('M120 70h160l60 150h-280z', GLOW, 0.28) +
    shadow(200, 76) +
    rect(193, 170, 14, 32, p.metalDark) +
    surface(p, outline, [130, 190, 140, 130]) +
    rect(156, 306, 88, 14, p.deep, 7) +
    plain(p, 'M138 76h124l36 104h-196z', [102, 76, 196, 104], shade, 0.22) +
    ellipse(200, 178, 96, 10, GLOW) +
    rect(134, 70, 132, 10, p.deep, 5) +
    line('M262 186v40', p.brass, 4) +
    circle(262, 230, 6, p.brass)
  );
};

const floorLamp: Motif = (p) => {
  const shade = p.choose(['#f4e8cc', lighter(p.accent, 0.45), '#efe0c8'], 'shade');
  if (p.is('arc')) {
    return (
      shadow(140, 70) +
      path('M232 152h124l30 110h-184z', GLOW, 0.28) +
      line('M140 314v-150q0 -112 96 -112q60 0 60 50', p.base, 11) +
      plain(p, 'M296 96q66 0 66 66h-132q0 -66 66 -66z', [230, 96, 132, 66], p.accent, 0.25) +
      ellipse(296, 162, 66, 9, GLOW) +
      rect(90, 304, 100, 16, p.deep, 8)
    );
  }
  const legs =
    p.is('tripod') || p.pick(3, 'legs') === 0
      ? line('M200 150l-66 168M200 150l66 168M200 150v164', p.base, 11) + rect(186, 140, 28, 26, p.dark, 6)
      : line('M200 130v182', p.base, 11) + rect(146, 306, 108, 14, p.deep, 7);
  return (
    path('M132 60h136l52 112h-240z', GLOW, 0.28) +
    shadow(200, 76) +
    legs +
    plain(p, 'M142 44h116l30 96h-176z', [112, 44, 176, 96], shade, 0.22) +
    ellipse(200, 140, 88, 9, GLOW)
  );
};

const pendant: Motif = (p) => {
  const woven = p.is('rattan');
  const outline = p.is('bell')
    ? 'M186 108h28q10 60 44 84q30 22 36 62h-188q6 -40 36 -62q34 -24 44 -84z'
    : p.is('wide')
      ? 'M180 150q0 -30 20 -30t20 30q90 20 126 84h-292q36 -64 126 -84z'
      : 'M200 116q116 10 120 128h-240q4 -118 120 -128z';
  return (
    path('M90 240h220l60 120h-340z', GLOW, 0.25) +
    line('M200 0v112', p.ink, 5) +
    rect(184, 96, 32, 30, p.metalDark, 6) +
    surface(p, outline, [54, 104, 292, 152], {
      pattern: woven ? 'diamond' : p.pattern,
      ink: woven ? p.deep : undefined,
    }) +
    ellipse(200, p.is('wide') ? 236 : 248, p.is('wide') ? 144 : p.is('bell') ? 92 : 118, 13, lighter(p.base, 0.5)) +
    circle(200, p.is('wide') ? 244 : 256, 22, '#fff3c4') +
    line('M126 206q14 -48 50 -62', '#ffffff', 8, 0.3)
  );
};

const deskLamp: Motif = (p) =>
  path('M224 170l128 96h-210z', GLOW, 0.3) +
  shadow(150, 84) +
  plain(p, 'M82 306q0 -26 68 -26t68 26v14h-136z', [82, 280, 136, 40], p.base) +
  line('M150 284l-48 -104', p.metalDark, 11) +
  line('M102 180l92 -96', p.metalDark, 11) +
  circle(102, 180, 13, p.dark) +
  circle(194, 84, 12, p.dark) +
  surface(p, 'M182 76l34 -24q8 -4 14 2l66 66q6 70 -76 66q-30 -50 -40 -96q-2 -8 2 -14z', [176, 50, 122, 138], {
    pattern: 'plain',
  }) +
  path('M296 120q6 70 -76 66q10 -54 76 -66z', '#fff1bd');

const stringLights: Motif = (p) => {
  const bulb = (x: number, y: number, index: number) => {
    const color = p.is('globe', 'warm-white', 'festoon')
      ? '#ffe29a'
      : ['#ffd97a', '#f39a7a', '#8fc9c4', '#ffe9b0', '#b9a6d8'][(index + p.pick(5)) % 5]!;
    return (
      circle(x, y + 30, 30, `${color}55`) +
      rect(x - 7, y - 2, 14, 17, p.ink, 3) +
      (p.is('paper')
        ? ellipse(x, y + 34, 24, 22, color) +
          line(`M${x - 23} ${y + 34}h46M${x - 20} ${y + 25}h40M${x - 20} ${y + 43}h40`, '#00000022', 2)
        : path(`M${x - 8} ${y + 13}h16q14 12 10 26q-4 14 -18 14t-18 -14q-4 -14 10 -26z`, color)) +
      ellipse(x - 5, y + 32, 4, 7, '#ffffffb0')
    );
  };
  const row = (y: number, sag: number, from: number) =>
    line(`M20 ${y}q90 ${sag} 180 ${sag * 0.5}t180 -${sag * 0.3}`, p.ink, 5) +
    repeat(4, (index) => bulb(64 + index * 90, Math.round(y + [0.42, 0.52, 0.4, 0.24][index]! * sag), index + from));
  return row(70, 90, 0) + row(196, 100, 2);
};

export const LIGHTING: Readonly<Record<string, Motif>> = {
  'table-lamp': tableLamp,
  'floor-lamp': floorLamp,
  pendant,
  'desk-lamp': deskLamp,
  'string-lights': stringLights,
};
