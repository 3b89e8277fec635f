/** Categories with a picture of their own: its background, and three items side by side. */
import type { ColorName } from './colors.ts';
import type { MaterialName } from './material-colors.ts';

export interface CategoryPicture {
  background: string;
  /** Left, right, middle. */
  things: readonly (readonly [motif: string, material: MaterialName, color?: ColorName])[];
}

export const CATEGORY_PICTURES: Readonly<Record<string, CategoryPicture>> = {
  cookware: {
    background: '#f6e3d3',
    things: [
      ['saucepan', 'stainless steel', 'Forest'],
      ['dutch-oven', 'enameled steel', 'Teal'],
      ['frying-pan', 'stainless steel'],
    ],
  },
  tableware: {
    background: '#e6ece4',
    things: [
      ['dinner-plate', 'stoneware', 'Terracotta'],
      ['bowl', 'porcelain', 'Teal'],
      ['mug', 'enameled steel', 'Mustard'],
    ],
  },
  'coffee-tea': {
    background: '#efe2d6',
    things: [
      ['pour-over', 'glass', 'Terracotta'],
      ['teapot', 'cast iron', 'Teal'],
      ['french-press', 'stoneware'],
    ],
  },
  'kitchen-tools': {
    background: '#e9e7da',
    things: [
      ['cutting-board', 'oak'],
      ['utensil-set', 'acacia'],
      ['chef-knife', 'carbon steel'],
    ],
  },
  bedding: {
    background: '#e8e4f0',
    things: [
      ['sheet-set', 'cotton percale', 'Terracotta'],
      ['pillow', 'wool', 'Oat'],
      ['duvet-cover', 'cotton percale', 'Mustard'],
    ],
  },
  bath: {
    background: '#dfedf0',
    things: [
      ['bath-mat', 'cotton', 'Terracotta'],
      ['soap-dispenser', 'recycled glass', 'Teal'],
      ['towel', 'linen', 'Mustard'],
    ],
  },
  lighting: {
    background: '#f5ead0',
    things: [
      ['floor-lamp', 'brass'],
      ['pendant', 'aluminum', 'Teal'],
      ['table-lamp', 'oak', 'Mustard'],
    ],
  },
  furniture: {
    background: '#ece2d5',
    things: [
      ['armchair', 'linen', 'Terracotta'],
      ['side-table', 'walnut'],
      ['dining-chair', 'walnut'],
    ],
  },
  decor: {
    background: '#f3e1de',
    things: [
      ['cushion', 'linen', 'Terracotta'],
      ['wall-clock', 'walnut', 'Cream'],
      ['vase', 'recycled glass', 'Mustard'],
    ],
  },
  storage: {
    background: '#e5e9e2',
    things: [
      ['storage-box', 'cardboard', 'Terracotta'],
      ['coat-rack', 'walnut'],
      ['basket', 'jute'],
    ],
  },
  'garden-tools': {
    background: '#dfead8',
    things: [
      ['trowel', 'stainless steel'],
      ['pruners', 'stainless steel', 'Moss'],
      ['watering-can', 'plastic', 'Mustard'],
    ],
  },
  'plants-pots': {
    background: '#e1eddc',
    things: [
      ['succulent', 'living plant', 'Terracotta'],
      ['planter', 'stoneware', 'Teal'],
      ['houseplant', 'living plant', 'Mustard'],
    ],
  },
  camping: {
    background: '#dbe8e0',
    things: [
      ['sleeping-bag', 'nylon', 'Olive'],
      ['hiking-pack', 'waxed canvas', 'Teal'],
      ['tent', 'polyester', 'Mustard'],
    ],
  },
  cycling: {
    background: '#dfe8ef',
    things: [
      ['bike-helmet', 'foam', 'Apricot'],
      ['bike-light', 'plastic', 'Teal'],
      ['bicycle', 'aluminum', 'Mustard'],
    ],
  },
  fitness: {
    background: '#e4e6f1',
    things: [
      ['kettlebell', 'cast iron', 'Apricot'],
      ['yoga-mat', 'cork', 'Teal'],
      ['dumbbell', 'stainless steel', 'Cherry'],
    ],
  },
  books: {
    background: '#efe6da',
    things: [
      ['cookbook', 'paper'],
      ['field-guide', 'paper'],
      ['novel', 'paper'],
    ],
  },
  stationery: {
    background: '#eee8d8',
    things: [
      ['pen', 'brass', 'Cherry'],
      ['pencil-set', 'pine'],
      ['notebook', 'canvas', 'Mustard'],
    ],
  },
  'art-craft': {
    background: '#f4e4e4',
    things: [
      ['brush-set', 'beech'],
      ['yarn', 'merino', 'Teal'],
      ['paint-set', 'enameled steel'],
    ],
  },
  toys: {
    background: '#fbe9cf',
    things: [
      ['toy-train', 'beech', 'Apricot'],
      ['teddy-bear', 'wool', 'Caramel'],
      ['building-blocks', 'cork'],
    ],
  },
  'games-puzzles': {
    background: '#e3e5f2',
    things: [
      ['jigsaw', 'cardboard'],
      ['playing-cards', 'cardboard', 'Teal'],
      ['board-game', 'cardboard'],
    ],
  },
  pets: {
    background: '#e9e9da',
    things: [
      ['dog-collar', 'leather', 'Apricot'],
      ['pet-bed', 'wool', 'Denim'],
      ['pet-bowl', 'enameled steel', 'Mustard'],
    ],
  },
  clothing: {
    background: '#e5e7ec',
    things: [
      ['sweater', 'wool', 'Gray'],
      ['socks', 'cotton', 'Teal'],
      ['t-shirt', 'merino', 'Mustard'],
    ],
  },
  'bags-accessories': {
    background: '#efe3da',
    things: [
      ['city-backpack', 'waxed canvas', 'Black'],
      ['wallet', 'waxed canvas', 'Caramel'],
      ['tote-bag', 'waxed canvas', 'Mustard'],
    ],
  },
  electronics: {
    background: '#e0e6ee',
    things: [
      ['speaker', 'oak', 'White'],
      ['keyboard', 'plastic', 'Sand'],
      ['headphones', 'aluminum', 'White'],
    ],
  },
};
