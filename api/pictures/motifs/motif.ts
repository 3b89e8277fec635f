import type { Paint } from '../paint.ts';

/** Draws one type of product, standing on the ground of a 400 × 400 picture. */
export type Motif = (paint: Paint) => string;
