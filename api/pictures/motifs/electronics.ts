/** Electronics. */

import { plain, surface } from '../surface.ts';
import { box, circle, group, line, path, rect, repeat, ring, shadow } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const headphones: Motif = (p) =>
  shadow(200, 120, 330) +
  line('M92 214v-24q0 -122 108 -122t108 122v24', p.dark, 27) +
  line('M110 136q28 -54 90 -54', '#ffffff', 7, 0.3) +
  line('M132 104q30 -28 68 -28t68 28', p.light, 10) +
  plain(p, box(62, 196, 66, 124, 30), [62, 196, 66, 124], p.base, 0.3) +
  plain(p, box(272, 196, 66, 124, 30), [272, 196, 66, 124], p.base, 0.3) +
  rect(112, 204, 30, 108, p.deep, 15) +
  rect(258, 204, 30, 108, p.deep, 15) +
  circle(84, 258, 13, p.light) +
  circle(316, 258, 13, p.light) +
  (p.is('studio') ? line('M96 318q0 30 40 26t40 8', p.ink, 6) : '') +
  p.choose(
    [
      line('M176 214q14 -10 14 -40l34 -10v38', p.accent, 7) +
        circle(168, 216, 13, p.accent) +
        circle(214, 204, 13, p.accent),
      '',
    ],
    'note',
  );

const speaker: Motif = (p) => {
  const portable = p.is('portable', 'waterproof');
  const wooden = p.is('oak', 'walnut');
  if (portable) {
    return (
      shadow(200, 136) +
      line('M120 150q0 -60 80 -60t80 60', p.deep, 12) +
      surface(p, box(64, 140, 272, 180, 54), [64, 140, 272, 180], { pattern: 'plain', shade: 0.2 }) +
      rect(88, 164, 224, 132, p.deep, 34) +
      repeat(60, (index) => circle(108 + (index % 10) * 20.5, 182 + Math.floor(index / 10) * 19.5, 4.5, p.base)) +
      rect(158, 146, 84, 10, p.light, 5)
    );
  }
  const cone = (y: number, radius: number) =>
    circle(200, y, radius, p.ink) +
    circle(200, y, radius * 0.78, '#555d66') +
    circle(200, y, radius * 0.34, p.ink) +
    ring(200, y, radius * 0.9, p.metalDark, 3);
  return (
    shadow(200, 100) +
    surface(p, box(108, 56, 184, 264, 20), [108, 56, 184, 264], {
      pattern: 'plain',
      over: wooden ? repeat(6, (index) => line(`M${122 + index * 30} 56q10 130 -4 264`, p.dark, 4, 0.4)) : '',
    }) +
    (p.is('retro')
      ? rect(126, 76, 148, 130, lighter(p.accent, 0.4), 10) +
        repeat(9, (index) => line(`M${138 + index * 15.5} 84v114`, p.accentDark, 4, 0.6)) +
        rect(126, 218, 148, 84, p.paper, 10) +
        circle(160, 260, 22, p.ink) +
        circle(240, 260, 22, p.ink) +
        line('M160 260l8 -14M240 260l-10 -12', '#fffdf6', 4)
      : cone(120, 40) + cone(230, 66)) +
    rect(122, 316, 30, 10, p.ink, 4) +
    rect(248, 316, 30, 10, p.ink, 4)
  );
};

const keyboard: Motif = (p) => {
  const cap = lighter(p.base, 0.55);
  const split = p.is('split');
  const keys = (offset: number, columns: number, from: number) =>
    repeat(columns * 4, (index) => {
      const row = Math.floor(index / columns);
      const column = index % columns;
      const special = (row === 0 && column === 0 && from === 0) || (row === 3 && column === columns - 1 && from !== 0);
      const tone = special ? p.accent : (row + column + from) % 7 === 0 ? lighter(p.accent, 0.5) : cap;
      return (
        rect(offset + column * 26, 164 + row * 28, 23, 25, darker(tone, 0.2), 5) +
        rect(offset + 2 + column * 26, 164 + row * 28, 19, 20, tone, 4)
      );
    });
  return (
    shadow(200, 174, 314) +
    (split
      ? group(
          'rotate(6 110 220)',
          plain(p, box(22, 146, 164, 158, 16), [22, 146, 164, 158], p.base, 0.06),
          keys(34, 5, 0),
          rect(80, 276, 84, 20, cap, 5),
        ) +
        group(
          'rotate(-6 290 220)',
          plain(p, box(214, 146, 164, 158, 16), [214, 146, 164, 158], p.base, 0.06),
          keys(238, 5, 1),
          rect(236, 276, 84, 20, cap, 5),
        )
      : plain(p, box(24, 144, 352, 168, 18), [24, 144, 352, 168], p.base, 0.05) +
        keys(44, 12, 0) +
        rect(122, 278, 156, 23, darker(cap, 0.2), 5) +
        rect(124, 278, 152, 18, cap, 4) +
        rect(44, 278, 66, 21, cap, 4) +
        rect(290, 278, 66, 21, cap, 4)) +
    (p.is('wireless') ? '' : line('M200 146q-4 -60 30 -86', p.ink, 6))
  );
};

const mouse: Motif = (p) => {
  const vertical = p.is('vertical');
  return (
    shadow(200, 96, 326) +
    (vertical
      ? surface(p, 'M138 318q-40 -10 -24 -84q20 -112 92 -118q40 0 50 50l30 104q12 46 -40 48z', [104, 116, 190, 202], {
          pattern: 'plain',
        }) +
        path('M206 118q40 0 50 48l10 38q-40 0 -66 -26q-10 -34 6 -60z', p.light) +
        rect(208, 136, 14, 40, p.ink, 7) +
        line('M150 210q30 40 110 44', p.dark, 5, 0.5)
      : surface(p, 'M200 84q84 0 84 104v48q0 84 -84 84t-84 -84v-48q0 -104 84 -104z', [116, 84, 168, 236], {
          pattern: 'plain',
        }) +
        path('M116 190v-2q0 -104 84 -104v106z', p.light, 0.8) +
        line('M200 86v106M118 192h164', p.dark, 4) +
        rect(190, 116, 20, 48, p.ink, 10) +
        rect(195, 122, 10, 18, p.accent, 5)) +
    (p.is('wireless', 'travel', 'silent') || vertical
      ? line('M168 56q32 -28 64 0M182 70q18 -14 36 0', p.accentDark, 6, 0.8)
      : line('M200 84q-6 -50 30 -70', p.ink, 7))
  );
};

const powerBank: Motif = (p) => {
  const solar = p.is('solar');
  return (
    shadow(190, 96, 330) +
    line('M226 74q0 -44 50 -40t44 70q-4 70 26 90', p.ink, 9) +
    rect(332, 186, 28, 44, p.metalLight, 6) +
    rect(337, 226, 18, 16, p.metalDark, 3) +
    surface(p, box(106, 70, 168, 256, p.is('pocket', 'magnetic') ? 54 : 24), [106, 70, 168, 256], {
      pattern: 'plain',
    }) +
    (solar
      ? rect(124, 104, 132, 128, '#2b3f63', 8) +
        repeat(3, (index) => line(`M${157 + index * 33} 106v124`, '#6f86b0', 3)) +
        repeat(3, (index) => line(`M126 ${136 + index * 32}h128`, '#6f86b0', 3))
      : p.is('magnetic')
        ? ring(190, 174, 44, p.light, 10) + rect(186, 232, 8, 26, p.light, 4)
        : path('M204 118l-46 70h28l-12 56l50 -76h-30z', p.light)) +
    repeat(4, (index) => circle(162 + index * 19, 292, 6, index < 1 + p.pick(4, 'charge') ? '#8fd0a0' : p.dark)) +
    rect(206, 62, 40, 12, p.metalDark, 4) +
    (solar ? '' : line('M128 110v120', '#ffffff', 7, 0.25))
  );
};

const camera: Motif = (p) => {
  const instant = p.is('instant');
  const lens =
    circle(200, 220, 70, p.ink) +
    circle(200, 220, 58, '#4a525b') +
    circle(200, 220, 44, p.ink) +
    circle(200, 220, 31, '#35506b') +
    circle(200, 220, 15, '#1c2a3a') +
    circle(184, 202, 12, '#ffffff70') +
    circle(216, 238, 6, '#ffffff40');
  if (instant) {
    return (
      shadow(200, 140, 336) +
      rect(132, 268, 136, 72, '#fbf6ea', 4) +
      rect(144, 280, 112, 48, p.accentLight) +
      path('M144 328l36 -34l26 20l20 -14l30 28z', p.accentDark) +
      surface(p, box(64, 92, 272, 198, 30), [64, 92, 272, 198], { pattern: 'plain', shade: 0.16 }) +
      rect(64, 252, 272, 12, p.dark) +
      repeat(5, (index) =>
        rect(90 + index * 14, 108, 14, 12, ['#c43c47', '#ed8b3a', '#f2c14e', '#6f9a5b', '#4c8fc0'][index]!),
      ) +
      rect(252, 108, 62, 44, p.ink, 8) +
      rect(260, 116, 46, 28, '#dfe9ee', 4) +
      circle(98, 160, 15, '#c9553f') +
      group('translate(0 -32)', lens) +
      rect(110, 262, 180, 14, p.ink, 6)
    );
  }
  return (
    shadow(200, 150) +
    line('M66 190q-46 60 -24 120', '#7c5239', 13) +
    path('M152 120l16 -34h64l16 34z', p.deep) +
    rect(178, 96, 44, 18, '#8fb3c9', 4) +
    rect(86, 106, 50, 20, p.metal, 6) +
    rect(274, 104, 40, 22, p.metalDark, 6) +
    circle(254, 112, 13, p.metal) +
    surface(p, box(54, 118, 292, 202, 24), [54, 118, 292, 202], { pattern: 'plain', shade: 0.14, fill: p.metalLight }) +
    plain(p, 'M54 158h292v122h-292z', [54, 158, 292, 122], p.base, 0.14) +
    circle(200, 220, 82, p.metalLight) +
    lens +
    circle(308, 142, 9, '#c9553f') +
    rect(76, 132, 46, 14, p.metalDark, 4)
  );
};

export const ELECTRONICS: Readonly<Record<string, Motif>> = {
  headphones,
  speaker,
  keyboard,
  mouse,
  'power-bank': powerBank,
  camera,
};
