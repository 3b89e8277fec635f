/** Clothing. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const hanger = line('M200 66v-14a14 14 0 1 1 14 -14', '#8d969e', 6) + line('M110 108l90 -44l90 44', '#b98d55', 9);

const tShirt: Motif = (p) => {
  const long = p.is('long-sleeve');
  const boxy = p.is('boxy');
  const body = boxy
    ? 'M112 100l50 -20q38 30 76 0l50 20l58 70l-44 34l-22 -26v154h-160v-154l-22 26l-44 -34z'
    : 'M122 100l42 -20q36 30 72 0l42 20l56 72l-40 30l-28 -32q6 90 4 160h-140q-2 -70 4 -160l-28 32l-40 -30z';
  const sleeved =
    'M122 100l42 -20q36 30 72 0l42 20l42 90l30 116l-40 12l-36 -118q6 70 2 132h-140q-4 -62 2 -132l-36 118l-40 -12l30 -116z';
  return (
    hanger +
    group('translate(6 8)', path(long ? sleeved : body, '#24180f', 0.1)) +
    surface(p, long ? sleeved : body, [52, 78, 298, 256], { shade: 0.2 }) +
    path('M164 80q36 30 72 0q-6 34 -36 34t-36 -34z', p.dark) +
    line('M160 82q40 40 80 0', p.light, 8) +
    (p.is('pocket') ? rect(218, 150, 42, 46, p.dark, 6) + line('M218 162h42', p.light, 4) : '') +
    (long || boxy ? '' : line('M132 176l-8 60M268 176l8 60', p.dark, 4, 0.4))
  );
};

const sweater: Motif = (p) => {
  const body =
    'M124 104q76 -34 152 0q30 8 42 44l34 148l-46 14l-34 -108l2 96q2 22 -20 22h-108q-22 0 -20 -22l2 -96l-34 108l-46 -14l34 -148q12 -36 42 -44z';
  return (
    group('translate(6 8)', path(body, '#24180f', 0.1)) +
    surface(p, body, [48, 86, 304, 234], {
      shade: 0.2,
      over: p.is('cable-knit')
        ? repeat(3, (index) =>
            repeat(7, (row) =>
              line(
                `M${164 + index * 36} ${120 + row * 26}q12 13 0 26M${164 + index * 36} ${120 + row * 26}q-12 13 0 26`,
                p.dark,
                4,
                0.7,
              ),
            ),
          )
        : '',
    }) +
    path('M160 92q40 -16 80 0q-4 36 -40 36t-40 -36z', p.deep) +
    line('M158 92q8 44 42 44t42 -44', p.light, 13) +
    rect(136, 298, 128, 24, p.dark, 8) +
    repeat(11, (index) => line(`M${144 + index * 11} 300v20`, p.base, 3)) +
    path('M48 296l46 14l6 -18l-47 -15zM352 296l-46 14l-6 -18l47 -15z', p.dark)
  );
};

const socks: Motif = (p) => {
  const sock = 'M128 66h76v132q0 22 18 34l52 36q22 18 6 44q-16 22 -46 8l-84 -50q-28 -18 -26 -50z';
  const one = (dx: number, dy: number, heel: string) =>
    group(
      `translate(${dx} ${dy})`,
      surface(p, sock, [124, 66, 166, 262], { shade: 0.2 }),
      path('M124 226q22 -12 34 16q4 30 -12 34q-28 -14 -22 -50z', heel),
      path('M252 256l22 12q22 18 6 44q-10 14 -24 12q-26 -34 -4 -68z', heel),
      rect(124, 62, 84, 30, p.dark, 8),
      repeat(7, (index) => line(`M${133 + index * 11} 65v24`, p.base, 3)),
    );
  return shadow(210, 120, 340) + one(42, -8, p.accentDark) + one(-32, 12, p.accent);
};

const beanie: Motif = (p) => {
  const pom = p.is('pom-pom');
  return (
    shadow(200, 116, 318) +
    (pom
      ? repeat(12, (index) =>
          group(`rotate(${index * 30} 200 84)`, ellipse(200, 54, 13, 22, index % 2 ? p.accent : p.accentLight)),
        ) + circle(200, 84, 30, p.accent)
      : '') +
    surface(p, 'M88 250q-6 -152 112 -152t112 152z', [86, 98, 228, 152], {
      over:
        p.pattern === 'plain'
          ? repeat(7, (index) =>
              line(`M${104 + index * 32} 250q${(3 - index) * 4} -80 ${(3 - index) * 20} -150`, p.dark, 4, 0.35),
            )
          : '',
    }) +
    plain(p, box(76, 234, 248, 68, 20), [76, 234, 248, 68], p.dark, 0.2) +
    repeat(14, (index) => line(`M${92 + index * 16.6} 242v52`, p.base, 5, 0.8)) +
    rect(256, 254, 40, 28, p.accent, 4)
  );
};

const rainJacket: Motif = (p) => {
  const body =
    'M132 112q68 -30 136 0q28 10 38 44l32 138l-44 12l-28 -92v96q0 20 -20 20h-92q-20 0 -20 -20v-96l-28 92l-44 -12l32 -138q10 -34 38 -44z';
  return (
    path('M140 116q-10 -74 60 -78q70 4 60 78q-60 40 -120 0z', p.dark) +
    path('M156 112q-4 -50 44 -54q48 4 44 54q-44 30 -88 0z', p.deep) +
    group('translate(6 8)', path(body, '#24180f', 0.1)) +
    surface(p, body, [62, 96, 276, 236], { pattern: 'plain', shade: 0.2 }) +
    path('M150 104l50 46l50 -46l-12 -8l-38 22l-38 -22z', p.light) +
    line('M200 148v180', p.deep, 5) +
    repeat(4, (index) => circle(212, 176 + index * 36, 6, p.brass)) +
    path('M146 252h42v46h-42zM214 252h42v46h-42z', p.dark) +
    path('M142 246h50v14h-50zM210 246h50v14h-50z', p.light) +
    line('M178 130v34M222 130v34', '#fffdf6', 4) +
    (p.is('fisherman') ? line('M140 206h120', '#fffdf6', 9, 0.8) : '') +
    [
      [70, 90],
      [340, 120],
      [54, 190],
      [352, 220],
    ]
      .map(([x, y]) => path(`M${x} ${y}q12 18 0 24q-12 -6 0 -24z`, '#8fc6d8'))
      .join('')
  );
};

const scarf: Motif = (p) => {
  const fringe = (x: number, y: number, width: number) =>
    repeat(Math.floor(width / 12), (index) => line(`M${x + 6 + index * 12} ${y}v22`, index % 2 ? p.dark : p.base, 6));
  return (
    shadow(200, 100, 346) +
    fringe(222, 296, 72) +
    fringe(142, 316, 72) +
    surface(p, 'M220 150l74 10v138h-72z', [218, 150, 78, 148], { fill: p.dark }) +
    surface(p, 'M142 160l74 -8v166h-74z', [142, 150, 74, 168]) +
    surface(p, 'M96 132q0 -66 104 -66t104 66q0 66 -104 66t-104 -66z', [96, 66, 208, 132], { shade: 0.2 }) +
    ellipse(200, 116, 66, 26, p.deep) +
    ellipse(200, 120, 58, 20, '#24180f40') +
    line('M112 150q40 44 110 40', p.dark, 5, 0.5) +
    line('M118 128q30 -30 60 -36', '#ffffff', 6, 0.3)
  );
};

export const CLOTHING: Readonly<Record<string, Motif>> = {
  't-shirt': tShirt,
  sweater,
  socks,
  beanie,
  'rain-jacket': rainJacket,
  scarf,
};
