/** Home decor. */
import type { Paint } from '../paint.ts';
import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, oval, path, rect, repeat, ring, shadow } from '../svg.ts';
import { lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

/** A few stems in a neck at (200, y). */
export function bouquet(p: Paint, y: number): string {
  const tulip = (x: number, top: number, color: string) =>
    line(`M200 ${y}Q${(200 + x) / 2} ${y - 40} ${x} ${top + 26}`, p.leafDark, 5) +
    path(`M${x} ${top + 30}q-24 -6 -20 -38l12 12l8 -16l8 16l12 -12q4 32 -20 38z`, color);
  const branch = (x: number, top: number) =>
    line(`M200 ${y}Q${x} ${(y + top) / 2} ${x} ${top}`, p.leafDark, 5) +
    repeat(4, (index) => ellipse(Math.round(x + (index % 2 ? 13 : -13)), top + 10 + index * 17, 13, 7, p.leaf));
  const grass = (x: number) =>
    line(`M200 ${y}Q${x} ${y - 60} ${x} ${y - 118}`, '#b98d4f', 4) + ellipse(x, y - 118, 9, 26, '#d9b06c');
  return p.choose(
    [
      tulip(146, y - 110, '#e0624f') + tulip(202, y - 138, '#f2b64a') + tulip(256, y - 104, '#d9728a'),
      branch(156, y - 112) + branch(212, y - 136) + branch(254, y - 96),
      grass(152) + grass(186) + grass(224) + grass(258),
      circle(168, y - 84, 22, '#f5efe0') +
        circle(168, y - 84, 8, '#e0a63a') +
        circle(228, y - 100, 26, '#f5efe0') +
        circle(228, y - 100, 9, '#e0a63a') +
        line(`M200 ${y}L170 ${y - 64}M200 ${y}L226 ${y - 76}`, p.leafDark, 5),
    ],
    'bouquet',
  );
}

const vase: Motif = (p) => {
  const shapes: Record<string, string> = {
    bottle: 'M184 160h32v44q44 22 44 68q0 48 -38 48h-44q-38 0 -38 -48q0 -46 44 -68z',
    round: 'M176 178h48q60 22 60 76q0 66 -56 66h-56q-56 0 -56 -66q0 -54 60 -76z',
    tall: 'M160 152h80l14 150q0 18 -20 18h-68q-20 0 -20 -18z',
    urn: 'M156 158h88q-12 22 10 44q26 40 2 84q-12 34 -34 34h-44q-22 0 -34 -34q-24 -44 2 -84q22 -22 10 -44z',
  };
  const outline = p.is('bottle', 'bud')
    ? shapes.bottle!
    : p.is('round')
      ? shapes.round!
      : p.is('tall')
        ? shapes.tall!
        : p.choose(Object.values(shapes), 'shape');
  const top = outline === shapes.round ? 178 : outline === shapes.tall ? 152 : 160;
  return (
    bouquet(p, top + 6) +
    shadow(200, 74) +
    surface(p, outline, [114, top, 172, 320 - top]) +
    line('M156 236q-8 30 8 56', '#ffffff', 8, 0.35)
  );
};

const cushion: Motif = (p) =>
  shadow(200, 116, 316) +
  (p.is('tasseled')
    ? [
        [84, 84],
        [316, 84],
        [84, 304],
        [316, 304],
      ]
        .map(
          ([x, y]) =>
            circle(x!, y!, 12, p.accent) +
            line(`M${x} ${y}l${x! < 200 ? -12 : 12} ${y! < 200 ? -12 : 14}`, p.accent, 9),
        )
        .join('')
    : '') +
  surface(p, 'M84 88q116 24 232 0q-22 112 0 220q-116 -24 -232 0q22 -108 0 -220z', [84, 84, 232, 228], { shade: 0.2 }) +
  line('M98 104q102 18 204 0', '#ffffff', 5, 0.35) +
  (p.pattern === 'plain'
    ? p.choose([circle(200, 198, 12, p.dark), line('M118 200h164', p.light, 10), ''], 'detail')
    : '');

const wallClock: Motif = (p) => {
  const face = p.is('oak', 'walnut', 'brass', 'cork') ? '#f8f2e3' : p.base;
  const rim = p.is('aluminum') ? p.deep : p.dark;
  const ink = '#3a3431';
  const hour = p.pick(12, 'hour') * 30;
  return (
    circle(206, 208, 128, '#24180f1c') +
    circle(200, 198, 128, rim) +
    circle(200, 198, 112, face) +
    path('M200 86a112 112 0 0 1 0 224z', '#24180f', 0.05) +
    repeat(12, (index) =>
      group(
        `rotate(${index * 30} 200 198)`,
        p.is('minimal') && index % 3 ? circle(200, 104, 4, ink) : rect(196, 98, 8, index % 3 ? 14 : 26, ink, 3),
      ),
    ) +
    group(`rotate(${hour} 200 198)`, rect(195, 136, 10, 68, ink, 5)) +
    group(`rotate(${(hour * 12 + 50) % 360} 200 198)`, rect(196.5, 112, 7, 92, ink, 3)) +
    group(`rotate(${p.pick(360, 'second')} 200 198)`, rect(198.5, 116, 3, 104, '#d9573f', 1)) +
    circle(200, 198, 9, '#d9573f')
  );
};

const framedPrint: Motif = (p) => {
  const sky = lighter(p.accent, 0.62);
  const scenes: Record<string, string> = {
    mountain:
      path('M112 290l60 -92l36 48l30 -40l50 84z', p.accentDark) +
      path('M172 198l24 36l-14 8l-12 -10l-16 6z', '#fffdf6') +
      circle(244, 148, 22, '#f2c14e'),
    coastal:
      rect(112, 214, 176, 76, '#5d9fb3') +
      line('M124 236q16 -10 32 0t32 0t32 0t32 0M124 262q16 -10 32 0t32 0t32 0t32 0', '#cfe8ea', 5) +
      path('M196 206v-76l44 62zM188 206v-60l-28 46z', '#fffdf6') +
      path('M152 206h96l-16 20h-64z', '#c9553f'),
    botanical:
      line('M200 288v-140', p.leafDark, 6) +
      repeat(4, (index) =>
        path(
          `M200 ${262 - index * 32}q-50 -6 -58 -46q50 4 58 46zq50 -6 58 -46q-50 4 -58 46z`,
          index % 2 ? p.leaf : p.leafDark,
        ),
      ),
    abstract:
      circle(176, 178, 46, p.accent) +
      path('M188 282a62 62 0 0 1 100 -60v60z', '#c9553f') +
      path('M112 290q30 -80 90 -60v60z', '#2f6f78') +
      circle(246, 146, 18, '#f2c14e'),
    'still life':
      rect(112, 246, 176, 44, '#d9b48a') +
      path('M150 246q-18 -50 20 -66h20q34 20 18 66z', p.accentDark) +
      circle(234, 232, 22, '#e98a3f') +
      circle(262, 238, 16, '#c9553f'),
    sunrise:
      circle(200, 226, 52, '#f0a13f') +
      rect(112, 226, 176, 64, p.accentDark) +
      line('M130 244h140M144 262h112M164 278h72', '#fbe3b5', 5),
  };
  const scene = Object.entries(scenes).find(([name]) => p.is(name))?.[1] ?? p.choose(Object.values(scenes), 'scene');
  const id = p.newId();
  return (
    rect(86, 64, 244, 296, '#24180f20', 6) +
    plain(p, box(78, 50, 244, 300, 6), [78, 50, 244, 300], p.base, 0.08) +
    rect(92, 64, 216, 272, p.paper) +
    `<clipPath id="${id}"><path d="${box(112, 106, 176, 184)}"/></clipPath><g clip-path="url(#${id})">${rect(112, 106, 176, 184, sky)}${scene}</g>` +
    line('M104 88l34 -18', '#ffffff', 6, 0.8)
  );
};

const mirror: Motif = (p) => {
  const outer = p.is('arched')
    ? 'M96 334v-146a104 104 0 0 1 208 0v146z'
    : p.is('oval')
      ? oval(200, 196, 100, 140)
      : p.is('pill')
        ? box(118, 54, 164, 284, 82)
        : oval(200, 196, 130);
  const inner = p.is('arched')
    ? 'M110 320v-132a90 90 0 0 1 180 0v132z'
    : p.is('oval')
      ? oval(200, 196, 86, 126)
      : p.is('pill')
        ? box(132, 68, 136, 256, 68)
        : oval(200, 196, 115);
  const id = p.newId();
  return (
    `<g transform="translate(7 9)">${path(outer, '#24180f', 0.12)}</g>` +
    plain(p, outer, [70, 54, 260, 284], p.base, 0.1) +
    (p.is('rattan')
      ? repeat(24, (index) =>
          group(
            `rotate(${index * 15} 200 196)`,
            line('M200 64v16', p.deep, 4, p.is('arched', 'oval', 'pill') ? 0 : 0.7),
          ),
        )
      : '') +
    `<clipPath id="${id}"><path d="${inner}"/></clipPath><g clip-path="url(#${id})">${rect(60, 40, 280, 300, '#d5e6ea')}${path('M60 260l180 -220h50l-230 280zM120 340l220 -270v30l-196 240z', '#ffffff', 0.55)}${plain(p, 'M60 300q80 -50 150 -20t140 -30v100h-290z', [60, 250, 290, 100], '#bfd5d8', 0)}</g>`
  );
};

const candle: Motif = (p) => {
  const jar = p.base;
  const pillar = p.is('beeswax');
  return (
    circle(200, 112, 56, '#ffdf8a55') +
    shadow(200, 84) +
    (pillar
      ? plain(p, box(140, 150, 120, 170, 12), [140, 150, 120, 170], '#e2b54d') +
        repeat(5, (index) => line(`M142 ${186 + index * 28}q58 12 116 0`, '#c28f2e', 3, 0.5)) +
        ellipse(200, 152, 60, 12, '#f2d27a')
      : plain(p, box(116, 166, 168, 154, 18), [116, 166, 168, 154], jar) +
        ellipse(200, 168, 84, 15, lighter(jar, 0.45)) +
        ellipse(200, 170, 70, 10, '#fff7e2') +
        rect(144, 222, 112, 62, p.paper, 4) +
        line('M164 244h72M176 262h48', p.ink, 4, 0.65) +
        line('M136 200v90', '#ffffff', 8, 0.35)) +
    rect(197, pillar ? 132 : 146, 6, 24, p.ink) +
    path(`M200 ${pillar ? 80 : 92}q26 34 0 56q-26 -22 0 -56z`, '#f6a93b') +
    path(`M200 ${pillar ? 102 : 114}q12 18 0 32q-12 -14 0 -32z`, '#ffe9a8') +
    ring(200, 112, 70, '#ffdf8a30', 10)
  );
};

export const DECOR: Readonly<Record<string, Motif>> = {
  vase,
  cushion,
  'wall-clock': wallClock,
  'framed-print': framedPrint,
  mirror,
  candle,
};
