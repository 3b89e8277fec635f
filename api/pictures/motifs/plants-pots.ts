/** Plants and pots. */
import type { Paint } from '../paint.ts';
import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, path, rect, repeat, shadow } from '../svg.ts';
import { lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

function pot(p: Paint, top: number, width: number): string {
  const half = width / 2;
  const height = 320 - top;
  return (
    surface(
      p,
      `M${200 - half + 8} ${top + 16}h${width - 16}l-${Math.round(half * 0.22)} ${height - 28}a12 12 0 0 1 -12 12h-${Math.round(width * 0.62)}a12 12 0 0 1 -12 -12z`,
      [200 - half, top, width, height],
    ) + plain(p, box(200 - half, top, width, 26, 8), [200 - half, top, width, 26], p.light, 0.2)
  );
}

/** A leaf from (0, 0) upwards, `length` long. */
function leaf(length: number, width: number, color: string, vein = ''): string {
  return (
    path(`M0 0q${-width} ${-length * 0.55} 0 ${-length}q${width} ${length * 0.45} 0 ${length}z`, color) +
    (vein ? line(`M0 -6v${-length + 22}`, vein, 3, 0.6) : '')
  );
}

const houseplant: Motif = (p) => {
  const at = (x: number, y: number, degrees: number, ...children: string[]) =>
    group(`translate(${x} ${y}) rotate(${degrees})`, ...children);
  const plants: Record<string, string> = {
    'snake plant': [-26, -13, 0, 12, 25]
      .map((degrees, index) =>
        at(
          200 + (index - 2) * 12,
          232,
          degrees,
          leaf(150 + (index % 2) * 34, 26, index % 2 ? '#5d8f5a' : '#3f7a52', '#d9d27a'),
        ),
      )
      .join(''),
    monstera: [-62, -28, 6, 38, 66]
      .map((degrees, index) =>
        at(
          200,
          230,
          degrees,
          line('M0 0v-84', p.leafDark, 6),
          group(
            'translate(0 -66)',
            path('M0 10q-62 -10 -50 -66q26 -38 50 -36q24 -2 50 36q12 56 -50 66z', index % 2 ? '#4f8a55' : '#62a066'),
            line('M-48 -42l30 8M48 -42l-30 8M-44 -14l28 -2M44 -14l-28 -2', p.leafDark, 5, 0.5),
            line('M0 8v-86', '#d7e6b4', 3, 0.7),
          ),
        ),
      )
      .join(''),
    'rubber fig':
      line('M200 234v-150', '#6b4a34', 9) +
      [0, 1, 2, 3, 4, 5]
        .map((index) =>
          at(
            200,
            222 - index * 26,
            index % 2 ? 58 - index * 4 : -58 + index * 4,
            leaf(84 - index * 4, 40, index % 3 ? '#3f6f4b' : '#55875a', '#c9a08a'),
          ),
        )
        .join('') +
      at(200, 92, 4, leaf(60, 26, '#62a066')),
    pothos:
      [-70, -36, -8, 24, 56]
        .map((degrees) =>
          at(
            200,
            232,
            degrees,
            line('M0 0v-58', p.leafDark, 5),
            group(
              'translate(0 -44)',
              path('M0 0q-44 -20 -30 -52q18 -14 30 2q12 -16 30 -2q14 32 -30 52z', '#76b061'),
              line('M0 -4v-34', '#dcebb0', 4),
            ),
          ),
        )
        .join('') +
      line('M130 244q-34 20 -30 66', p.leafDark, 5) +
      group(
        'translate(98 312) rotate(160)',
        path('M0 0q-30 -16 -20 -38q12 -10 20 2q8 -12 20 -2q10 22 -20 38z', '#62a066'),
      ),
    'peace lily':
      [-54, -30, 0, 28, 56]
        .map((degrees, index) =>
          at(200, 232, degrees, leaf(128 + (index % 2) * 20, 38, index % 2 ? '#3f7a52' : '#57935a', '#a9cf95')),
        )
        .join('') +
      line('M200 230q-14 -70 -30 -140M206 230q22 -60 36 -124', p.leafDark, 5) +
      group(
        'translate(168 92) rotate(-14)',
        path('M0 0q-34 -34 0 -66q30 26 0 66z', '#fffaf0'),
        rect(-4, -44, 8, 30, '#f0cf73', 4),
      ) +
      group(
        'translate(244 108) rotate(16)',
        path('M0 0q-30 -30 0 -58q26 24 0 58z', '#fffaf0'),
        rect(-4, -40, 8, 26, '#f0cf73', 4),
      ),
    'fiddle-leaf':
      line('M200 234v-140', '#7c5a3c', 9) +
      [0, 1, 2, 3, 4]
        .map((index) =>
          at(
            200,
            208 - index * 26,
            index % 2 ? 66 : -66,
            path('M0 0q-34 -30 -20 -56q-14 -30 20 -40q34 10 20 40q14 26 -20 56z', index % 2 ? '#5d9a55' : '#4a8550'),
            line('M0 -4v-76', '#cfe2a6', 3, 0.7),
          ),
        )
        .join('') +
      at(200, 104, 0, path('M0 0q-34 -30 -20 -56q-14 -30 20 -40q34 10 20 40q14 26 -20 56z', '#6dac60')),
  };
  const drawn = Object.entries(plants).find(([name]) => p.is(name))?.[1] ?? p.choose(Object.values(plants), 'plant');
  return shadow(200, 80) + drawn + pot(p, 226, 136);
};

const succulent: Motif = (p) => {
  const fan = (count: number, spread: number, draw: (index: number) => string, y = 226) =>
    repeat(count, (index) =>
      group(`translate(200 ${y}) rotate(${-spread / 2 + (spread / (count - 1)) * index})`, draw(index)),
    );
  const rosette = [110, 84, 58]
    .map((length, layer) =>
      repeat(9 - layer * 2, (index) =>
        group(
          `translate(200 206) rotate(${-96 + (192 / (8 - layer * 2)) * index})`,
          path(
            `M0 0q-26 ${-length * 0.5} 0 ${-length}q26 ${length * 0.5} 0 ${length}z`,
            ['#6fa08a', '#8cbb9f', '#b5d6b8'][layer]!,
          ),
        ),
      ),
    )
    .join('');
  const plants: Record<string, string> = {
    'golden barrel':
      ellipse(200, 176, 84, 76, '#5f9a5c') +
      repeat(7, (index) => line(`M200 102q${(index - 3) * 38} 74 ${(index - 3) * 12} 142`, '#3f7a4a', 4, 0.6)) +
      repeat(20, (index) => circle(136 + (index % 5) * 32, 128 + Math.floor(index / 5) * 28, 4, '#f3d98b')) +
      circle(200, 102, 13, '#f2b64a') +
      circle(184, 106, 9, '#e98a6d') +
      circle(216, 106, 9, '#e98a6d'),
    aloe: fan(7, 116, (index) => leaf(124 + (index % 2 ? 0 : 26), 22, index % 2 ? '#6aa57c' : '#4f8f6c', '#cfe8c8')),
    echeveria: rosette,
    jade:
      line('M200 232v-60M200 190l-46 -40M200 182l48 -46M200 172l-8 -54', '#8a6a48', 11) +
      [
        [154, 138],
        [132, 156],
        [248, 126],
        [270, 146],
        [192, 104],
        [214, 116],
        [172, 118],
        [230, 104],
        [150, 112],
        [208, 80],
      ]
        .map(([x, y], index) => ellipse(x!, y!, 21, 15, index % 2 ? '#6fae63' : '#8cc47a'))
        .join(''),
    haworthia: fan(
      9,
      150,
      (index) =>
        leaf(88 + (index % 2) * 26, 20, '#4a7d5d') + repeat(4, (row) => rect(-8, -30 - row * 16, 16, 4, '#e6efd6', 2)),
    ),
    zebra: fan(
      7,
      110,
      (index) =>
        leaf(108 + (index % 2) * 24, 24, '#3f6f55') + repeat(5, (row) => rect(-9, -30 - row * 17, 18, 5, '#f2f4e4', 2)),
    ),
  };
  const drawn = Object.entries(plants).find(([name]) => p.is(name))?.[1] ?? p.choose(Object.values(plants), 'plant');
  return (
    shadow(200, 76) +
    drawn +
    pot(p, 222, 142) +
    repeat(6, (index) => circle(150 + index * 20, 222, 6, lighter('#a58f74', (index % 3) * 0.2)))
  );
};

const planter: Motif = (p) => {
  const hanging = p.is('hanging');
  const trailing =
    path('M124 196q-40 30 -26 96q24 -44 44 -84zM276 196q40 30 26 96q-24 -44 -44 -84z', p.leaf) +
    path('M200 192q-60 -8 -76 -66q58 0 76 66zq60 -8 76 -66q-58 0 -76 66zq-34 -50 0 -116q34 66 0 116z', p.leafDark);
  const fern = repeat(7, (index) =>
    group(
      `translate(200 200) rotate(${-78 + index * 26})`,
      line('M0 0v-104', p.leafDark, 4),
      repeat(6, (row) => ellipse(-9, -24 - row * 14, 10, 5, p.leaf) + ellipse(9, -24 - row * 14, 10, 5, p.leaf)),
    ),
  );
  return (
    (hanging ? line('M200 10L108 196M200 10L292 196', '#b98d55', 6) : shadow(200, 96)) +
    p.choose([trailing, fern, ''], 'plant') +
    (p.is('footed') ? line('M146 300l-10 22M254 300l10 22', p.deep, 12) : '') +
    surface(
      p,
      hanging
        ? 'M94 200h212q-4 104 -106 104t-106 -104z'
        : p.is('low')
          ? 'M84 214h232l-18 84a18 18 0 0 1 -18 14h-160a18 18 0 0 1 -18 -14z'
          : 'M104 196h192l-18 106a18 18 0 0 1 -18 16h-120a18 18 0 0 1 -18 -16z',
      [84, 196, 232, 124],
    ) +
    plain(p, p.is('low') ? box(76, 202, 248, 24, 9) : box(92, 186, 216, 26, 9), [76, 186, 248, 40], p.light, 0.16) +
    (hanging ? '' : plain(p, box(112, 312, 176, 12, 6), [112, 312, 176, 12], p.deep, 0))
  );
};

const seeds: Motif = (p) => {
  const drawings: Record<string, string> = {
    'cherry tomato':
      line('M200 150q-10 30 -40 40M200 150q10 34 40 44M200 150v54', p.leafDark, 5) +
      circle(156, 204, 24, '#d9482f') +
      circle(244, 208, 24, '#d9482f') +
      circle(200, 224, 26, '#e5603f') +
      path('M176 150q24 -24 48 0q-24 18 -48 0z', p.leaf),
    sunflower:
      line('M200 262v-60', p.leafDark, 7) +
      repeat(12, (index) => group(`translate(200 192) rotate(${index * 30})`, ellipse(0, -42, 12, 24, '#f2b632'))) +
      circle(200, 192, 28, '#6b4530'),
    'rainbow carrot': [
      ['#ed8b3a', -34],
      ['#a34170', 0],
      ['#f2c14e', 34],
    ]
      .map(
        ([color, dx]) =>
          path(`M${182 + (dx as number)} 186h36q-4 60 -18 84q-14 -24 -18 -84z`, color as string) +
          line(
            `M${200 + (dx as number)} 186q-10 -30 -16 -44M${200 + (dx as number)} 186v-50M${200 + (dx as number)} 186q10 -30 16 -44`,
            p.leaf,
            5,
          ),
      )
      .join(''),
    'sweet pea':
      line('M200 264q-20 -60 4 -120', p.leafDark, 5) +
      [
        ['#d9728a', 172, 170],
        ['#b3a4d6', 226, 158],
        ['#f0b6c4', 196, 212],
      ]
        .map(([color, x, y]) =>
          path(`M${x} ${(y as number) + 26}q-34 -6 -28 -34q20 -14 28 6q8 -20 28 -6q6 28 -28 34z`, color as string),
        )
        .join(''),
    basil:
      line('M200 264v-100', p.leafDark, 6) +
      repeat(3, (index) =>
        path(
          `M200 ${250 - index * 34}q-56 4 -58 -34q48 -6 58 34zq56 4 58 -34q-48 -6 -58 34z`,
          index % 2 ? '#6fae63' : '#4f9153',
        ),
      ) +
      path('M200 166q-20 -18 0 -40q20 22 0 40z', '#7fbf6c'),
    wildflower: [
      [160, 170, '#e0624f'],
      [206, 152, '#f2b64a'],
      [246, 182, '#8f86cc'],
      [184, 214, '#fffaf0'],
      [232, 220, '#d9728a'],
    ]
      .map(
        ([x, y, color]) =>
          line(`M${x} ${y}L200 268`, p.leafDark, 4) +
          repeat(5, (index) =>
            group(`translate(${x} ${y}) rotate(${index * 72})`, ellipse(0, -13, 8, 12, color as string)),
          ) +
          circle(x as number, y as number, 7, '#f2c14e'),
      )
      .join(''),
    cosmos: [
      [170, 176, '#d87d8d'],
      [232, 196, '#f5d6de'],
    ]
      .map(
        ([x, y, color]) =>
          line(`M${x} ${y}L200 268`, p.leafDark, 5) +
          repeat(8, (index) =>
            group(
              `translate(${x} ${y}) rotate(${index * 45})`,
              path('M0 -8q-14 -20 -6 -34h12q8 14 -6 34z', color as string),
            ),
          ) +
          circle(x as number, y as number, 10, '#f2b632'),
      )
      .join(''),
    pumpkin:
      line('M200 176q4 -22 22 -28', p.leafDark, 9) +
      ellipse(200, 220, 62, 46, '#e5812f') +
      ellipse(200, 220, 36, 48, '#f09a48') +
      ellipse(200, 220, 13, 48, '#e5812f') +
      path('M146 172q20 -28 50 -4q-20 22 -50 4z', p.leaf),
  };
  const drawn = Object.entries(drawings).find(([name]) => p.is(name))?.[1] ?? p.choose(Object.values(drawings), 'seed');
  return group(
    `rotate(${p.choose([-6, 4, -3, 6], 'tilt')} 200 200)`,
    path(box(112, 50, 188, 292, 8), '#24180f', 0.12),
    plain(p, box(104, 40, 188, 292, 8), [104, 40, 188, 292], p.paper, 0.1),
    rect(104, 40, 188, 76, p.accent, 8) + rect(104, 100, 188, 16, p.accent),
    line('M104 62h188', '#ffffff', 2, 0.6),
    line('M132 82h132M152 100h92', '#fffdf6', 6, 0.9),
    circle(200, 204, 76, lighter(p.accent, 0.75)),
    drawn,
    line('M134 302h128M160 316h76', p.ink, 4, 0.5),
  );
};

const herbKit: Motif = (p) => {
  const herb = (x: number, kind: number) =>
    [
      repeat(3, (index) =>
        path(
          `M${x} ${208 - index * 26}q-34 2 -36 -22q30 -4 36 22zq34 2 36 -22q-30 -4 -36 22z`,
          index % 2 ? '#6fae63' : '#4f9153',
        ),
      ) + line(`M${x} 230v-88`, p.leafDark, 4),
      repeat(6, (index) =>
        line(
          `M${x} 230q${(index - 2.5) * 8} -40 ${(index - 2.5) * 13} -${92 - (index % 3) * 12}`,
          index % 2 ? '#7fae5a' : '#5d8f55',
          4,
        ),
      ),
      line(`M${x} 230v-60M${x} 196l-20 -22M${x} 190l22 -26`, p.leafDark, 4) +
        [
          [-20, 170],
          [22, 160],
          [0, 160],
          [-10, 148],
          [12, 140],
          [-28, 158],
          [30, 148],
        ]
          .map(([dx, y]) => circle(x + dx!, y!, 12, (dx! + y!) % 2 ? '#7cb36a' : '#5d9a55'))
          .join(''),
    ][kind % 3]!;
  const first = p.pick(3, 'herb');
  return (
    shadow(200, 146) +
    [118, 200, 282].map((x, index) => herb(x, first + index)).join('') +
    surface(p, 'M62 226h276l-14 80a14 14 0 0 1 -14 12h-220a14 14 0 0 1 -14 -12z', [62, 226, 276, 94], {
      pattern: 'plain',
    }) +
    rect(54, 216, 292, 20, p.light, 8) +
    [118, 200, 282]
      .map((x) => rect(x - 18, 258, 36, 34, p.paper, 4) + line(`M${x - 10} 276h20`, p.ink, 4, 0.6))
      .join('')
  );
};

export const PLANTS_POTS: Readonly<Record<string, Motif>> = {
  houseplant,
  succulent,
  planter,
  seeds,
  'herb-kit': herbKit,
};
