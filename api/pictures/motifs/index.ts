/** All motifs, by slug. */
import { ART_CRAFT } from './art-craft.ts';
import { BAGS_ACCESSORIES } from './bags-accessories.ts';
import { BATH } from './bath.ts';
import { BEDDING } from './bedding.ts';
import { BOOKS } from './books.ts';
import { CAMPING } from './camping.ts';
import { CLOTHING } from './clothing.ts';
import { COFFEE_TEA } from './coffee-tea.ts';
import { COOKWARE } from './cookware.ts';
import { CYCLING } from './cycling.ts';
import { DECOR } from './decor.ts';
import { ELECTRONICS } from './electronics.ts';
import { FITNESS } from './fitness.ts';
import { FURNITURE } from './furniture.ts';
import { GAMES_PUZZLES } from './games-puzzles.ts';
import { GARDEN_TOOLS } from './garden-tools.ts';
import { KITCHEN_TOOLS } from './kitchen-tools.ts';
import { LIGHTING } from './lighting.ts';
import type { Motif } from './motif.ts';
import { PETS } from './pets.ts';
import { PLANTS_POTS } from './plants-pots.ts';
import { STATIONERY } from './stationery.ts';
import { STORAGE } from './storage.ts';
import { TABLEWARE } from './tableware.ts';
import { TOYS } from './toys.ts';

export const MOTIFS: ReadonlyMap<string, Motif> = new Map(
  [
    COOKWARE,
    TABLEWARE,
    COFFEE_TEA,
    KITCHEN_TOOLS,
    BEDDING,
    BATH,
    LIGHTING,
    FURNITURE,
    DECOR,
    STORAGE,
    GARDEN_TOOLS,
    PLANTS_POTS,
    CAMPING,
    CYCLING,
    FITNESS,
    BOOKS,
    STATIONERY,
    ART_CRAFT,
    TOYS,
    GAMES_PUZZLES,
    PETS,
    CLOTHING,
    BAGS_ACCESSORIES,
    ELECTRONICS,
  ].flatMap((motifs) => Object.entries(motifs)),
);
