/** Stationery. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, ring, shadow, turned } from '../svg.ts';
import { darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const notebook: Motif = (p) =>
  group(
    `rotate(${p.choose([-7, 5, -4], 'tilt')} 200 200)`,
    rect(110, 66, 200, 276, '#24180f20', 12),
    rect(104, 58, 200, 276, '#f3ead6', 10),
    plain(p, box(96, 52, 200, 276, 12), [96, 52, 200, 276], p.base, 0.14),
    rect(96, 52, 26, 276, p.dark, 10),
    rect(266, 52, 11, 276, p.accent),
    p.choose(
      [
        rect(146, 108, 96, 60, '#fbf6ea', 4) + line('M160 130h68M160 148h44', p.ink, 4, 0.6),
        circle(194, 138, 34, p.light) +
          path('M194 112l8 18l20 2l-15 13l5 20l-18 -11l-18 11l5 -20l-15 -13l20 -2z', p.dark),
        line('M146 108h96M146 126h60', p.light, 8),
      ],
      'label',
    ),
    path('M160 328v26l9 -9l9 9v-26z', p.accentDark),
  );

const pen: Motif = (p) => {
  const fountain = p.is('fountain');
  const body = p.base;
  return (
    line('M64 316q40 -40 74 -8t70 -10t60 0t54 -20', p.accentDark, 6, 0.75) +
    turned(
      -42,
      200,
      190,
      path(box(84, 184, 264, 34, 17), '#24180f', 0.12),
      plain(p, box(170, 168, 186, 36, 18), [170, 168, 186, 36], body, 0),
      rect(170, 168, 12, 36, p.brass),
      plain(p, 'M172 170h-70q-12 2 -22 16q10 14 22 16h70z', [80, 168, 92, 36], p.dark, 0),
      fountain
        ? path('M84 178l-54 8l54 8q8 -8 0 -16z', p.brass) + line('M34 186h36', '#7a5a1f', 2)
        : path('M84 180l-34 6l34 6z', p.metalDark) + circle(50, 186, 4, p.ink),
      rect(262, 158, 76, 8, p.brass, 4),
      rect(330, 158, 10, 18, p.brass, 3),
      line('M190 178h140', '#ffffff', 6, 0.4),
    )
  );
};

const pencilSet: Motif = (p) => {
  const graphite = p.is('graphite');
  const colors = graphite
    ? ['#3f464d', '#5e6e7e', '#2b3036', '#7a838b', '#4a5158', '#8d969e', '#363c43']
    : ['#c43c47', '#ed8b3a', '#f2c14e', '#6f9a5b', '#4c8fc0', '#474c8f', '#a34170'];
  return (
    shadow(200, 128, 336) +
    plain(p, box(72, 196, 256, 138, 14), [72, 196, 256, 138], p.accentDark, 0.12) +
    colors
      .map((color, index) => {
        const x = 88 + index * 33;
        const top = 76 + ((index * 29 + p.pick(30, 'rise')) % 44);
        return (
          path(`M${x + 13} ${top - 30}l13 34h-26z`, '#ecd2a4') +
          path(`M${x + 13} ${top - 30}l5 13h-10z`, color) +
          rect(x, top + 3, 26, 240 - top, color) +
          rect(x, top + 3, 8, 240 - top, lighter(color, 0.25)) +
          rect(x + 19, top + 3, 7, 240 - top, darker(color, 0.15))
        );
      })
      .join('') +
    plain(p, box(64, 226, 272, 110, 14), [64, 226, 272, 110], p.accent, 0.14) +
    rect(140, 258, 120, 46, '#fbf6ea', 6) +
    line('M158 274h84M172 290h56', p.ink, 4, 0.6)
  );
};

const planner: Motif = (p) =>
  shadow(200, 130, 336) +
  surface(p, box(74, 74, 252, 260, 14), [74, 74, 252, 260], { pattern: 'plain', shade: 0.1 }) +
  rect(88, 96, 224, 226, p.paper, 8) +
  rect(88, 96, 224, 50, p.accent, 8) +
  rect(88, 130, 224, 16, p.accent) +
  line('M112 122h76', '#fffdf6', 8) +
  repeat(20, (index) => {
    const x = 104 + (index % 5) * 40;
    const y = 160 + Math.floor(index / 5) * 38;
    const marked = (index * 7 + p.pick(5, 'marks')) % 6 === 0;
    return (
      rect(x, y, 32, 30, marked ? p.accentLight : '#efe6d2', 5) +
      (marked ? line(`M${x + 9} ${y + 15}l6 7l10 -13`, p.accentDark, 4) : '')
    );
  }) +
  repeat(7, (index) => rect(104 + index * 30, 60, 9, 34, p.metalDark, 4));

const washiTape: Motif = (p) => {
  const roll = (x: number, y: number, radius: number, color: string) => {
    const deep = darker(color, 0.2);
    return (
      ellipse(x, y + radius * 0.34, radius, radius * 0.5, deep) +
      rect(x - radius, y, radius * 2, radius * 0.34, deep) +
      ellipse(x, y, radius, radius * 0.5, color) +
      (p.pattern === 'dots'
        ? repeat(8, (index) =>
            circle(Math.round(x - radius + 10 + (index * radius * 2) / 8), y + radius * 0.52, 5, '#fffdf6'),
          )
        : p.pattern === 'plain'
          ? ''
          : repeat(9, (index) =>
              line(
                `M${Math.round(x - radius * 0.9 + (index * radius * 1.8) / 8)} ${y + 8}v${Math.round(radius * 0.3)}`,
                '#fffdf6',
                5,
                0.7,
              ),
            )) +
      ellipse(x, y, radius * 0.62, radius * 0.31, '#e9dcc0') +
      ellipse(x, y + 4, radius * 0.5, radius * 0.24, '#8a7a62')
    );
  };
  return (
    shadow(200, 140, 318) +
    surface(p, 'M214 292l150 -44l8 30l-150 46z', [214, 246, 160, 80], { shade: 0 }) +
    roll(150, 262, 92, p.base) +
    roll(196, 176, 80, p.accent) +
    roll(166, 104, 66, p.light)
  );
};

const letterSet: Motif = (p) =>
  shadow(200, 140, 330) +
  turned(
    -6,
    200,
    160,
    rect(96, 54, 208, 200, '#24180f18', 4),
    rect(90, 48, 208, 200, p.paper, 4),
    p.is('bordered', 'airmail') ? line('M98 56h192v184h-192z', p.accent, 5) : '',
    p.is('botanical')
      ? line('M262 90q-20 30 -50 36', p.leafDark, 4) +
          path('M262 84q20 8 12 30q-20 -4 -12 -30zM236 106q-2 -20 18 -26q2 20 -18 26z', p.leaf)
      : '',
    line('M120 92h70M120 120h140M120 146h140M120 172h110', p.ink, 5, 0.35),
  ) +
  surface(p, box(68, 168, 264, 160, 8), [68, 168, 264, 160], { pattern: 'plain', shade: 0 }) +
  path('M68 172l132 92l132 -92v-4h-264z', p.light) +
  line('M70 326l104 -84M330 326l-104 -84', p.dark, 4, 0.6) +
  line('M70 174l130 90l130 -90', p.dark, 5, 0.7) +
  circle(200, 262, 24, '#a8323a') +
  ring(200, 262, 15, '#c95a55', 4) +
  (p.is('airmail')
    ? repeat(13, (index) => path(`M${70 + index * 20} 318h12l-6 10h-12z`, index % 2 ? '#4d6e99' : '#c43c47'))
    : '');

export const STATIONERY: Readonly<Record<string, Motif>> = {
  notebook,
  pen,
  'pencil-set': pencilSet,
  planner,
  'washi-tape': washiTape,
  'letter-set': letterSet,
};
