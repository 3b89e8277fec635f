/** Books: a cover for each genre, with art derived from the title. */
import type { Paint } from '../paint.ts';
import { box, circle, ellipse, group, lettering, line, path, rect, repeat, shadow, wrapped } from '../svg.ts';
import { brightness, darker, lighter } from '../tint.ts';
import type { Motif } from './motif.ts';

const COVERS = [
  '#2b4470',
  '#c56a47',
  '#2f6148',
  '#7f2d3e',
  '#dca832',
  '#1f8083',
  '#70466b',
  '#e8d8b8',
  '#4d6e99',
  '#98ad86',
  '#ed7c63',
  '#434a52',
] as const;

function cover(p: Paint, background: string, art: string): string {
  const title = p.product.name.replace(/ \([^)]*\)$/, '');
  const rows = wrapped(title, 14, 3);
  const size = rows.length > 2 ? 18 : rows.some((row) => row.length > 13) ? 20 : 23;
  const id = p.newId();
  const ink = brightness(background) > 0.6 ? '#3a3431' : '#fbf3e0';
  const hardcover = /hard|board/i.test(Object.values(p.product.optionValues).join(' '));
  return (
    shadow(206, 108, 344) +
    // Pages behind, then the cover and its hinge.
    path(box(100, 52, 214, 292, 6), darker(background, 0.35)) +
    rect(104, 58, 204, 280, '#f6eedb') +
    repeat(4, (index) => line(`M${300 + index * 2} 62v272`, '#d9cdb2', 1)) +
    `<clipPath id="${id}"><path d="${box(90, 46, 206, 292, hardcover ? 7 : 3)}"/></clipPath>` +
    `<g clip-path="url(#${id})">${rect(90, 46, 206, 292, background)}${art}${rect(90, 46, 14, 292, '#24180f22')}${rect(104, 46, 3, 292, '#ffffff30')}</g>` +
    lettering(122, rows.length > 2 ? 76 : 82, rows, size, ink) +
    line('M124 318h52', ink, 5, 0.7)
  );
}

const novel: Motif = (p) => {
  const color = p.choose(COVERS, 'cover');
  const soft = lighter(color, 0.3);
  const sun = p.choose(['#f2c14e', '#fbf3e0', '#ed7c63'], 'sun');
  const art = p.choose(
    [
      circle(226, 180, 38, sun) +
        path('M90 236q54 -34 104 0t102 -6v108h-206z', soft) +
        path('M90 268q60 -26 110 4t96 -8v80h-206z', darker(color, 0.25)),
      rect(176, 168, 46, 140, '#fbf3e0') +
        path('M170 168h58l-10 -34h-38z', sun) +
        rect(188, 196, 22, 30, darker(color, 0.3)) +
        path('M90 300q100 -20 206 0v40h-206z', darker(color, 0.3)) +
        path('M222 146l74 -26v52z', '#fbf3e0', 0.35),
      repeat(5, (index) =>
        path(
          `M90 ${190 + index * 26}q34 -20 68 0t68 0t70 0v40h-206z`,
          [soft, color, darker(color, 0.14), darker(color, 0.26), darker(color, 0.4)][index]!,
        ),
      ) + circle(150, 156, 24, sun),
      line('M200 300v-110M200 246l-38 -38M200 224l38 -42M200 266l44 -34', '#fbf3e0', 7) +
        [
          [162, 200],
          [240, 176],
          [200, 172],
          [248, 226],
          [176, 176],
        ]
          .map(([x, y]) => circle(x!, y!, 19, sun))
          .join(''),
      rect(134, 150, 122, 150, darker(color, 0.25), 4) +
        rect(146, 162, 44, 56, sun) +
        rect(200, 162, 44, 56, soft) +
        rect(146, 230, 44, 58, soft) +
        rect(200, 230, 44, 58, sun),
      ellipse(196, 250, 78, 22, soft) +
        path('M146 246h104l-22 34h-62z', '#fbf3e0') +
        path('M194 236v-86l52 76z', sun) +
        path('M186 236v-64l-34 54z', '#fbf3e0'),
    ],
    'art',
  );
  return cover(p, color, art);
};

const cookbook: Motif = (p) => {
  const color = p.choose(['#f1e8d6', '#c56a47', '#98ad86', '#dca832', '#efe0c3', '#2f6148', '#eab6ac'], 'cover');
  const art = p.choose(
    [
      path('M124 226h148q-6 76 -74 76t-74 -76z', '#fbf3e0') +
        path('M130 226q68 -52 136 0z', '#e2a23b') +
        [
          [160, 214],
          [196, 204],
          [232, 214],
        ]
          .map(([x, y]) => circle(x!, y!, 13, '#c43c47'))
          .join('') +
        line('M180 186q-8 -14 0 -26M212 184q-8 -14 0 -26', '#ffffff', 6, 0.8),
      path('M128 238q0 -56 70 -56t70 56q0 48 -70 48t-70 -48z', '#d39a54') +
        line('M164 204l16 28M198 198v34M232 204l-16 28', '#fbf3e0', 7),
      circle(166, 224, 34, '#d9482f') +
        circle(228, 238, 40, '#c43c47') +
        path('M166 196q-4 -22 18 -26q2 20 -18 26zM228 204q0 -24 24 -26q2 22 -24 26z', '#4f7a47'),
      circle(198, 232, 64, '#fbf3e0') +
        circle(198, 232, 46, '#e9dcc0') +
        path('M166 232q32 -44 64 0q-32 44 -64 0z', '#6f9a5b') +
        line('M112 176v60M112 236v52M284 176v112', '#b9c0c6', 8) +
        ellipse(284, 190, 11, 20, '#b9c0c6'),
      path('M150 300l-18 -96q66 -30 132 0l-18 96z', '#c9553f') +
        rect(124, 190, 148, 20, '#8a3a30', 8) +
        path('M198 190q-30 -50 0 -62q30 12 0 62z', '#6f9a5b'),
    ],
    'art',
  );
  return cover(p, color, art);
};

const fieldGuide: Motif = (p) => {
  const color = p.choose(['#2f6148', '#efe0c3', '#4d6e99', '#98ad86', '#c88a2c', '#1f8083', '#614233'], 'cover');
  const title = p.product.name.toLowerCase();
  const bird =
    path('M136 244q10 -56 64 -56q20 -22 44 -6l22 10l-22 10q0 62 -62 62q-46 4 -74 28q0 -30 28 -48z', '#fbf3e0') +
    circle(240, 192, 5, '#3a3431') +
    path('M168 232q30 -10 48 4q-14 24 -48 -4z', '#dca832');
  const mushroom =
    path('M190 226h24q-2 44 10 70h-44q12 -26 10 -70z', '#fbf3e0') +
    path('M136 230q0 -64 66 -64t66 64q-66 18 -132 0z', '#c43c47') +
    circle(178, 202, 8, '#fbf3e0') +
    circle(212, 190, 10, '#fbf3e0') +
    circle(240, 212, 7, '#fbf3e0');
  const leaf =
    path('M200 300q-74 -40 -52 -128q90 10 52 128z', '#fbf3e0') +
    line('M200 300q-8 -60 -40 -106M186 250l-26 -6M178 222l-8 -22', darker(color, 0.2), 5);
  const butterfly =
    path('M198 232q-70 -70 -66 0q-4 56 66 20q70 36 66 -20q4 -70 -66 0z', '#dca832') +
    path('M198 236q-40 -36 -40 4q4 24 40 8q36 16 40 -8q0 -40 -40 -4z', '#fbf3e0') +
    line('M198 216v56M198 216l-14 -20M198 216l14 -20', '#3a3431', 5);
  const stars =
    repeat(9, (index) => circle(124 + ((index * 53) % 150), 160 + ((index * 37) % 120), 3 + (index % 3), '#fbf3e0')) +
    line('M136 190l42 22l34 -16l40 44', '#fbf3e0', 3, 0.8);
  const shell =
    path('M198 296q-84 -24 -70 -92q70 -50 140 0q14 68 -70 92z', '#f0c9a5') +
    line('M198 292l-46 -94M198 292l-16 -112M198 292l16 -112M198 292l46 -94', '#c08a62', 5);
  const flower =
    line('M198 304v-80', '#cfe2a6', 7) +
    repeat(6, (index) => group(`translate(198 204) rotate(${index * 60})`, ellipse(0, -30, 15, 24, '#fbf3e0'))) +
    circle(198, 204, 17, '#dca832');
  const hill = path('M90 300l70 -110l40 56l34 -44l62 98v40h-206z', '#fbf3e0', 0.85) + circle(232, 168, 20, '#dca832');
  const art = /bird/.test(title)
    ? bird
    : /mushroom|moss/.test(title)
      ? mushroom
      : /tree|fern|season/.test(title)
        ? leaf
        : /butterfl|bee/.test(title)
          ? butterfly
          : /night|sky|cloud/.test(title)
            ? stars
            : /shell|stone/.test(title)
              ? shell
              : /flower/.test(title)
                ? flower
                : hill;
  return cover(p, color, rect(118, 136, 158, 160, darker(color, 0.16), 12) + art);
};

const poetry: Motif = (p) => {
  const color = p.choose(
    ['#eab6ac', '#b3a4d6', '#8dbde0', '#f1e8d6', '#98ad86', '#2b4470', '#f2d983', '#7f2d3e'],
    'cover',
  );
  const mark = brightness(color) > 0.6 ? darker(color, 0.45) : '#fbf3e0';
  const art = p.choose(
    [
      circle(198, 220, 62, mark) + circle(222, 206, 56, color),
      line('M134 250q32 -40 64 0t64 0M134 220q32 -40 64 0t64 0M134 280q32 -40 64 0t64 0', mark, 6),
      line('M150 292q20 -110 100 -134', mark, 5) + path('M250 158q-84 -10 -92 84q70 0 92 -84z', mark, 0.85),
      repeat(3, (index) =>
        path(
          `M${146 + index * 44} ${242 - (index % 2) * 40}q14 -16 26 0q12 -16 26 0q-16 6 -26 18q-10 -12 -26 -18z`,
          mark,
        ),
      ),
      circle(198, 226, 14, mark) +
        repeat(
          3,
          (index) => `<circle cx="198" cy="226" r="${34 + index * 20}" fill="none" stroke="${mark}" stroke-width="4"/>`,
        ),
    ],
    'art',
  );
  return cover(p, color, art);
};

const pictureBook: Motif = (p) => {
  const color = p.choose(['#8dbde0', '#f2d983', '#a3d6bb', '#ed7c63', '#474c8f', '#eab6ac', '#74c4c0'], 'cover');
  const face = (x: number, y: number, fur: string, ears: string) =>
    ears +
    circle(x, y, 48, fur) +
    circle(x - 17, y - 8, 5, '#3a3431') +
    circle(x + 17, y - 8, 5, '#3a3431') +
    ellipse(x, y + 14, 20, 15, '#fbf3e0') +
    ellipse(x, y + 8, 7, 5, '#3a3431') +
    line(`M${x - 7} ${y + 20}q7 6 14 0`, '#3a3431', 3);
  const bear = face(
    198,
    232,
    '#a9713f',
    circle(160, 192, 18, '#a9713f') +
      circle(236, 192, 18, '#a9713f') +
      circle(160, 192, 9, '#e0b385') +
      circle(236, 192, 9, '#e0b385'),
  );
  const fox = face(198, 234, '#e0803a', path('M150 214l-4 -60l46 30zM246 214l4 -60l-46 30z', '#e0803a'));
  const owl =
    path('M148 210q0 -50 50 -50t50 50v36q0 46 -50 46t-50 -46z', '#8a6a48') +
    path('M148 190l-4 -34l34 14zM248 190l4 -34l-34 14z', '#8a6a48') +
    circle(176, 210, 22, '#fbf3e0') +
    circle(220, 210, 22, '#fbf3e0') +
    circle(176, 210, 9, '#3a3431') +
    circle(220, 210, 9, '#3a3431') +
    path('M190 222h16l-8 14z', '#f2b632') +
    path('M176 250q22 30 44 0z', '#fbf3e0', 0.7);
  const whale =
    path('M118 250q10 -60 80 -60q60 0 72 44l22 -26q10 30 -18 52q-20 34 -76 34q-70 0 -80 -44z', '#3f6ea5') +
    path('M122 262q40 18 120 0q-20 30 -60 30q-46 0 -60 -30z', '#fbf3e0') +
    circle(156, 238, 5, '#26292d') +
    line('M190 186q-2 -24 -18 -30M190 186q2 -24 18 -30', '#fbf3e0', 6);
  const rabbit = face(
    198,
    240,
    '#f3ebdd',
    ellipse(176, 176, 14, 40, '#f3ebdd') +
      ellipse(220, 176, 14, 40, '#f3ebdd') +
      ellipse(176, 178, 6, 28, '#eab6ac') +
      ellipse(220, 178, 6, 28, '#eab6ac'),
  );
  const title = p.product.name.toLowerCase();
  const art = /bear/.test(title)
    ? bear
    : /fox/.test(title)
      ? fox
      : /owl/.test(title)
        ? owl
        : /whale|boat/.test(title)
          ? whale
          : /rabbit|mouse/.test(title)
            ? rabbit
            : p.choose([bear, fox, owl, whale, rabbit], 'hero');
  const sky = repeat(7, (index) => circle(116 + ((index * 61) % 168), 134 + ((index * 43) % 60), 4, '#fffaf0'));
  return cover(p, color, sky + path('M90 290q54 -30 104 -6t102 -6v60h-206z', darker(color, 0.18)) + art);
};

export const BOOKS: Readonly<Record<string, Motif>> = {
  novel,
  cookbook,
  'field-guide': fieldGuide,
  poetry,
  'picture-book': pictureBook,
};
