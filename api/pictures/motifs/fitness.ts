/** Fitness and yoga. */

import { plain, surface } from '../surface.ts';
import { box, circle, ellipse, group, line, oval, path, rect, repeat, ring, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

const dumbbell: Motif = (p) => {
  const one = (x: number, y: number, degrees: number) =>
    group(
      `translate(${x} ${y}) rotate(${degrees})`,
      rect(-70, -13, 140, 26, p.metal, 8),
      repeat(7, (index) => rect(-38 + index * 12, -13, 4, 26, p.metalDark)),
      p.is('hex')
        ? plain(p, 'M-124 -28l26 -26h36v108h-36l-26 -26z', [-124, -54, 62, 108], p.base, 0.35) +
            plain(p, 'M124 -28l-26 -26h-36v108h36l26 -26z', [62, -54, 62, 108], p.base, 0.35)
        : plain(p, box(-122, -40, 26, 80, 10), [-122, -40, 26, 80], p.dark, 0.3) +
            plain(p, box(-98, -56, 36, 112, 12), [-98, -56, 36, 112], p.base, 0.3) +
            plain(p, box(96, -40, 26, 80, 10), [96, -40, 26, 80], p.dark, 0.3) +
            plain(p, box(62, -56, 36, 112, 12), [62, -56, 36, 112], p.base, 0.3),
      line('M-84 -38v60M76 -38v60', '#ffffff', 6, 0.3),
    );
  return shadow(200, 150, 330) + one(212, 150, -16) + one(190, 268, 4);
};

const kettlebell: Motif = (p) =>
  shadow(200, 104) +
  line('M136 196q-22 -124 64 -124t64 124', p.dark, 34) +
  line('M150 120q14 -34 50 -34', '#ffffff', 7, 0.3) +
  surface(p, 'M200 150q100 0 100 96q0 46 -40 74h-120q-40 -28 -40 -74q0 -96 100 -96z', [100, 150, 200, 170], {
    pattern: 'plain',
  }) +
  circle(200, 240, 42, p.deep) +
  circle(200, 240, 35, p.base) +
  line('M182 240h36M190 226v28M210 226v28', '#fffdf6', 7) +
  line('M126 220q6 -34 34 -48', '#ffffff', 9, 0.3);

const yogaMat: Motif = (p) =>
  shadow(200, 160, 300) +
  path('M112 214l242 -34q12 40 -14 66l-228 52z', p.light) +
  path('M112 214l242 -34l2 12l-240 40z', '#ffffff', 0.3) +
  (p.is('aligned') ? line('M150 260l180 -36M190 236l20 30M270 222l20 26', p.dark, 4, 0.6) : '') +
  surface(p, 'M78 168h70v126h-70q-40 0 -40 -63t40 -63z', [38, 168, 110, 126], { pattern: 'plain', shade: 0 }) +
  ellipse(130, 232, 48, 63, p.dark) +
  ellipse(130, 232, 40, 53, p.base) +
  ring(130, 232, 30, p.dark, 5) +
  ring(130, 232, 17, p.dark, 5) +
  circle(130, 232, 6, p.deep) +
  line('M58 178v108', p.accent, 13);

const jumpRope: Motif = (p) => {
  const beads = p.is('beaded');
  const rope = 'M112 250q-70 -140 60 -160t74 100q-10 80 60 62t-20 -100';
  return (
    shadow(200, 130, 340) +
    line(rope, p.accent, 11) +
    (beads
      ? `<path d="${rope}" fill="none" stroke="#fffdf6" stroke-width="11" stroke-dasharray="14 14"/>`
      : line(rope, '#ffffff', 3, 0.4)) +
    group(
      'rotate(-24 116 280)',
      plain(p, box(98, 240, 36, 96, 16), [98, 240, 36, 96], p.base, 0.3),
      rect(98, 262, 36, 8, p.accentDark),
      rect(98, 300, 36, 8, p.accentDark),
      rect(108, 228, 16, 18, p.metalDark, 5),
    ) +
    group(
      'rotate(150 290 130)',
      plain(p, box(272, 96, 36, 96, 16), [272, 96, 36, 96], p.base, 0.3),
      rect(272, 118, 36, 8, p.accentDark),
      rect(272, 156, 36, 8, p.accentDark),
      rect(282, 84, 16, 18, p.metalDark, 5),
    )
  );
};

const exerciseBall: Motif = (p) => {
  const medicine = p.is('medicine');
  return (
    shadow(200, 112, 322) +
    surface(p, oval(200, 196, 128), [72, 68, 256, 256], {
      pattern: 'plain',
      over: medicine
        ? line('M200 66q-90 130 0 260M200 66q90 130 0 260M70 196h260', p.light, 9, 0.8)
        : repeat(
            5,
            (index) =>
              `<ellipse cx="200" cy="196" rx="128" ry="${24 + index * 24}" fill="none" stroke="${p.light}" stroke-width="4" opacity=".5"/>`,
          ),
    }) +
    circle(200, 70, 8, p.deep) +
    ellipse(150, 130, 34, 22, '#ffffff55')
  );
};

export const FITNESS: Readonly<Record<string, Motif>> = {
  dumbbell,
  kettlebell,
  'yoga-mat': yogaMat,
  'jump-rope': jumpRope,
  'exercise-ball': exerciseBall,
};
