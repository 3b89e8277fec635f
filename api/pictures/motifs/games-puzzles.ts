/** Games and puzzles. */

import { plain } from '../surface.ts';
import { box, circle, ellipse, group, lettering, line, path, rect, repeat, shadow, turned } from '../svg.ts';
import { brightness, darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const LIDS = ['#2b4470', '#7f2d3e', '#2f6148', '#c56a47', '#1f8083', '#70466b', '#dca832', '#474c8f'] as const;

const boardGame: Motif = (p) => {
  const lid = p.choose(LIDS, 'lid');
  const soft = lighter(lid, 0.35);
  const name = p.product.name.toLowerCase();
  const castle =
    path('M150 250v-70h16v16h18v-16h20v16h18v-16h20v16h18v-16h16v70z', '#fbf3e0') +
    path('M202 250v-26q14 -16 28 0v26z', lid);
  const ship = path('M140 224h126l-22 36h-84z', '#fbf3e0') + path('M198 214v-90l60 80zM190 214v-66l-44 58z', soft);
  const dragon =
    path('M148 250q-10 -70 50 -84q-10 -20 6 -32q6 20 26 24q40 8 34 40q-18 10 -38 2q4 30 -16 50z', '#fbf3e0') +
    circle(232, 176, 5, lid) +
    path('M164 196l-34 -30l10 44z', '#fbf3e0');
  const train =
    rect(146, 196, 90, 44, '#fbf3e0', 14) +
    rect(214, 164, 46, 76, '#fbf3e0', 6) +
    path('M158 196v-30h24v30z', '#fbf3e0') +
    circle(172, 244, 16, soft) +
    circle(236, 244, 16, soft);
  const house =
    path('M146 206l60 -54l60 54v48h-120z', '#fbf3e0') + rect(192, 216, 28, 38, lid) + circle(206, 186, 9, soft);
  const comet = circle(236, 170, 30, '#f2c14e') + line('M214 190l-66 56M206 174l-74 40M226 202l-48 58', '#fbf3e0', 8);
  const art = /castle|kingdom|dynasty|warden/.test(name)
    ? castle
    : /harbor|voyage|island|tide|salt|river|silk/.test(name)
      ? ship
      : /dragon|fox/.test(name)
        ? dragon
        : /express|railway|caravan|courier/.test(name)
          ? train
          : /comet|night|storm|summit/.test(name)
            ? comet
            : p.choose([castle, ship, dragon, train, house, comet], 'art');
  return (
    shadow(200, 152, 330) +
    path(box(70, 80, 272, 236, 8), darker(lid, 0.4)) +
    plain(p, box(58, 66, 272, 236, 8), [58, 66, 272, 236], lid, 0) +
    line('M76 84h236v200h-236z', '#fbf3e0', 3, 0.6) +
    group('translate(-10 0)', art) +
    lettering(194, 124, [p.product.name.split(' ').slice(0, 2).join(' ')], 27, '#fbf3e0', 'middle') +
    // Pieces in front.
    rect(276, 290, 38, 38, '#fbf3e0', 7) +
    circle(287, 301, 4, p.ink) +
    circle(303, 317, 4, p.ink) +
    circle(295, 309, 4, p.ink) +
    path('M92 334q-4 -22 10 -32a14 14 0 1 1 16 0q14 10 10 32z', '#c43c47') +
    path('M138 338q-4 -22 10 -32a14 14 0 1 1 16 0q14 10 10 32z', '#f2c14e')
  );
};

const jigsaw: Motif = (p) => {
  const name = p.product.name.toLowerCase();
  const palette = /midnight|starry|night/.test(name)
    ? ['#2b3763', '#45558c', '#e9d9a6', '#1c2545']
    : /golden|autumn|sunlit/.test(name)
      ? ['#f3d9a0', '#e5a94c', '#c8673a', '#8a4a2c']
      : /snowy|misty|silent/.test(name)
        ? ['#dfe9ee', '#b7ccd6', '#8ba8b5', '#5f7f8e']
        : ['#a9d6de', '#f3d58a', '#7fae6a', '#4d7f86'];
  const [sky, sun, hill, front] = palette as [string, string, string, string];
  const id = p.newId();
  const scene =
    rect(60, 60, 280, 240, sky) +
    circle(260, 120, 34, sun) +
    (/harbor|reef|lighthouse|bridge/.test(name)
      ? rect(60, 210, 280, 90, hill) +
        path('M120 214v-96h36v96z', '#fbf3e0') +
        path('M114 118h48l-24 -30z', '#c43c47') +
        path('M210 216h90l-16 24h-58z', '#fbf3e0') +
        path('M252 210v-60l40 52z', '#fbf3e0')
      : /village|market|rooftops|bakery|toy shop|station|library/.test(name)
        ? repeat(
            5,
            (index) =>
              rect(
                64 + index * 56,
                170 - (index % 3) * 26,
                54,
                140,
                ['#fbf3e0', sun, '#c9755a', hill, '#d9c7a3'][index]!,
              ) +
              path(`M${60 + index * 56} ${170 - (index % 3) * 26}l31 -34l31 34z`, front) +
              rect(82 + index * 56, 196 - (index % 3) * 26, 18, 22, front),
          )
        : /balloons/.test(name)
          ? [
              [130, 140],
              [220, 180],
              [290, 130],
            ]
              .map(
                ([x, y], index) =>
                  ellipse(x!, y!, 30, 36, ['#c43c47', '#f2c14e', '#4c8fc0'][index]!) +
                  rect(x! - 8, y! + 46, 16, 13, '#8a5a3a'),
              )
              .join('')
          : path('M60 240q60 -90 130 -20t150 -50v130h-280z', hill)) +
    path('M60 270q80 -40 150 -10t130 -10v60h-280z', front);
  const cuts =
    repeat(5, (index) => line(`M${60 + (index + 1) * 46.7} 60v240`, '#fffdf6', 2.5, 0.75)) +
    repeat(4, (index) => line(`M60 ${60 + (index + 1) * 48}h280`, '#fffdf6', 2.5, 0.75)) +
    repeat(20, (index) => {
      const x = Math.round(60 + ((index % 5) + 1) * 46.7);
      const y = 84 + Math.floor(index / 5) * 48;
      const side = index % 2 ? 1 : -1;
      return `<path d="M${x} ${y - 6}q${side * 14} -6 ${side * 14} 6t${-side * 14} 6" fill="none" stroke="#fffdf6" stroke-width="2.5" opacity=".75"/>`;
    });
  return (
    rect(66, 68, 280, 240, '#24180f1c', 6) +
    `<clipPath id="${id}"><path d="M60 60h280v192h-46.7v48h-234z"/></clipPath><g clip-path="url(#${id})">${scene}${cuts}</g>` +
    turned(
      18,
      320,
      312,
      path('M296 288h18q-6 -16 7 -16t7 16h18v18q16 -6 16 7t-16 7v18h-50z', front),
      path('M296 288h18q-6 -16 7 -16t7 16h18v8h-50z', '#ffffff', 0.2),
    )
  );
};

const playingCards: Motif = (p) => {
  const back = p.base;
  const ink = brightness(back) > 0.62 ? darker(back, 0.4) : lighter(back, 0.6);
  const card = (degrees: number, content: string, fill = '#fffdf6') =>
    group(
      `rotate(${degrees} 200 380)`,
      rect(138, 84, 134, 196, '#24180f1c', 12),
      rect(132, 78, 134, 196, fill, 12),
      content,
    );
  const backArt =
    line('M146 92h106v168h-106z', ink, 4) +
    repeat(15, (index) =>
      path(`M${160 + (index % 3) * 39} ${112 + Math.floor(index / 3) * 32}l11 13l-11 13l-11 -13z`, ink),
    );
  const heart = (x: number, y: number, size: number, color: string) =>
    group(
      `translate(${x} ${y}) scale(${size})`,
      path('M0 14q-26 -18 -16 -34q14 -8 16 6q2 -14 16 -6q10 16 -16 34z', color),
    );
  const spade = (x: number, y: number, size: number) =>
    group(
      `translate(${x} ${y}) scale(${size})`,
      path('M0 -24q28 22 18 36q-10 10 -16 0l4 14h-12l4 -14q-6 10 -16 0q-10 -14 18 -36z', '#2c3036'),
    );
  return (
    shadow(200, 120, 340) +
    card(-26, backArt, back) +
    card(-8, heart(199, 180, 2.2, '#c43c47') + heart(154, 104, 0.6, '#c43c47') + heart(244, 248, 0.6, '#c43c47')) +
    card(12, spade(199, 180, 2) + spade(154, 106, 0.6) + spade(244, 246, 0.6)) +
    card(30, backArt, back)
  );
};

const diceSet: Motif = (p) => {
  const pips = (x: number, y: number, size: number, spots: readonly (readonly [number, number])[], color: string) =>
    spots.map(([dx, dy]) => circle(x + dx * size, y + dy * size, size * 0.3, color)).join('');
  const ink = brightness(p.base) > 0.6 ? p.ink : '#fffdf6';
  const cube = (
    x: number,
    y: number,
    size: number,
    fill: string,
    dot: string,
    degrees: number,
    spots: readonly (readonly [number, number])[],
  ) =>
    group(
      `rotate(${degrees} ${x} ${y})`,
      plain(
        p,
        box(x - size, y - size, size * 2, size * 2, size * 0.32),
        [x - size, y - size, size * 2, size * 2],
        fill,
        0.2,
      ),
      pips(x, y, size * 0.5, spots, dot),
    );
  const five = [
    [-1, -1],
    [1, -1],
    [0, 0],
    [-1, 1],
    [1, 1],
  ] as const;
  const three = [
    [-1, -1],
    [0, 0],
    [1, 1],
  ] as const;
  const twenty = (x: number, y: number) =>
    path(`M${x} ${y - 72}l62 36v72l-62 36l-62 -36v-72z`, p.dark) +
    path(`M${x} ${y - 44}l40 68h-80z`, p.light) +
    path(`M${x} ${y - 72}l62 36l-22 60l-40 -68z`, p.base) +
    path(`M${x} ${y - 72}l-62 36l22 60l40 -68z`, p.base) +
    path(`M${x - 40} ${y + 24}h80l-40 48z`, p.base) +
    line(`M${x - 14} ${y - 2}q6 -14 14 -4q2 8 -14 20h16`, ink, 4);
  const polyhedral = p.is('seven-die', 'jumbo');
  return (
    shadow(200, 140, 316) +
    (polyhedral ? twenty(136, 220) : cube(134, 232, 66, p.base, ink, -12, five)) +
    cube(262, 244, 56, p.light, p.ink, 14, three) +
    (polyhedral
      ? path('M232 176l52 -88l52 88z', p.accent) + path('M284 88l52 88l-36 12z', p.accentDark)
      : cube(214, 128, 44, p.accent, '#fffdf6', 24, [
          [-1, -1],
          [1, -1],
          [-1, 1],
          [1, 1],
        ]))
  );
};

const chessSet: Motif = (p) => {
  const dark = darker(p.base, 0.35);
  const pale = lighter(p.base, 0.55);
  const square = (index: number) => {
    const row = Math.floor(index / 8);
    const column = index % 8;
    const top = 214 + row * 26;
    const spread = (y: number) => 0.78 + ((y - 214) / 104) * 0.22;
    const x = (c: number, y: number) => Math.round(200 + (c - 4) * 39 * spread(y));
    return path(
      `M${x(column, top)} ${top}L${x(column + 1, top)} ${top}L${x(column + 1, top + 26)} ${top + 26}L${x(column, top + 26)} ${top + 26}z`,
      (row + column) % 2 ? dark : pale,
    );
  };
  const pawn = (x: number, y: number, color: string) =>
    circle(x, y - 50, 15, color) +
    path(`M${x - 8} ${y - 40}h16q0 24 12 32h-40q12 -8 12 -32z`, color) +
    rect(x - 24, y - 10, 48, 12, darker(color, 0.15), 6);
  const king = (x: number, y: number, color: string) =>
    rect(x - 4, y - 138, 8, 26, color, 2) +
    rect(x - 12, y - 131, 24, 8, color, 2) +
    path(`M${x - 22} ${y - 114}h44l-12 34h-20zM${x - 14} ${y - 78}h28q0 50 18 66h-64q18 -16 18 -66z`, color) +
    rect(x - 20, y - 84, 40, 9, darker(color, 0.15), 4) +
    rect(x - 36, y - 14, 72, 16, darker(color, 0.15), 8);
  const knight = (x: number, y: number, color: string) =>
    path(
      `M${x - 24} ${y - 12}q-4 -40 14 -58q-22 6 -30 20q-14 -4 -8 -20q10 -34 36 -42q4 -12 14 -16q2 10 0 16q30 20 24 100z`,
      color,
    ) +
    circle(x - 12, y - 88, 4, darker(color, 0.5)) +
    rect(x - 34, y - 14, 68, 16, darker(color, 0.15), 8);
  return (
    shadow(200, 170, 336) +
    path('M60 206h280l34 128h-348z', darker(p.base, 0.2)) +
    repeat(32, square) +
    king(128, 246, dark) +
    knight(214, 262, pale) +
    pawn(290, 240, dark) +
    pawn(320, 300, pale) +
    pawn(86, 312, pale)
  );
};

export const GAMES_PUZZLES: Readonly<Record<string, Motif>> = {
  'board-game': boardGame,
  jigsaw,
  'playing-cards': playingCards,
  'dice-set': diceSet,
  'chess-set': chessSet,
};
