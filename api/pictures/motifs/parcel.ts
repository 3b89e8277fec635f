/** The motif for products without a suitable motif. */

import { plain } from '../surface.ts';
import { box, line, path, rect, shadow } from '../svg.ts';
import type { Motif } from './motif.ts';

export const parcel: Motif = (p) =>
  shadow(200, 132) +
  plain(p, box(76, 160, 248, 160, 8), [76, 160, 248, 160], p.base, 0.24) +
  plain(p, box(66, 122, 268, 52, 8), [66, 122, 268, 52], p.light, 0.24) +
  rect(182, 122, 36, 198, p.accent) +
  path('M200 122q-70 -64 -80 -22q2 30 80 22zq70 -64 80 -22q-2 30 -80 22z', p.accent) +
  path('M200 120q-40 -38 -50 -18q2 14 50 18zq40 -38 50 -18q-2 14 -50 18z', p.accentDark) +
  rect(188, 108, 24, 24, p.accentDark, 8) +
  line('M98 196v96', '#ffffff', 7, 0.3);
