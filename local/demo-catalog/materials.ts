/** Materials: label, description, care, and price factor. Their look is defined in `api/pictures`. */
import type { MaterialName } from '../../api/pictures/material-colors.ts';

export interface Material {
  /** In a product's name. */
  label: string;
  /** For a sentence: "made of …". */
  phrase: string;
  care: string;
  /** Factor of the price. */
  priceFactor: number;
}

function material(label: string, phrase: string, care: string, priceFactor: number): Material {
  return { label, phrase, care, priceFactor };
}

const DISHWASHER = 'Dishwasher and microwave safe.';
const HAND_WASH = 'Wash by hand and dry right away.';
const OIL = 'Wipe clean and rub in a little food-safe oil now and then.';
const WIPE = 'Wipe clean with a damp cloth.';
const COLD_WASH = 'Machine wash cold, tumble dry low.';
const WOOL_WASH = 'Hand wash cool and dry flat.';

export const MATERIALS = {
  stoneware: material('Stoneware', 'glazed stoneware', DISHWASHER, 1),
  porcelain: material('Porcelain', 'fine white porcelain', DISHWASHER, 1.2),
  earthenware: material('Earthenware', 'hand-finished earthenware', 'Dishwasher safe on the top rack.', 0.95),
  terracotta: material('Terracotta', 'unglazed terracotta', 'Brush clean and keep frost free.', 0.9),
  'enameled steel': material(
    'Enamel',
    'steel with two coats of enamel',
    'Avoid scouring pads so the enamel keeps its shine.',
    0.9,
  ),
  'cast iron': material(
    'Cast Iron',
    'seasoned cast iron',
    'Rinse, dry on the stove and wipe with a drop of oil.',
    1.15,
  ),
  'stainless steel': material('Stainless Steel', 'brushed stainless steel', 'Dishwasher safe.', 1.1),
  'carbon steel': material('Carbon Steel', 'carbon steel', HAND_WASH, 1.2),
  aluminum: material('Aluminum', 'anodized aluminum', WIPE, 1),
  copper: material('Copper', 'hammered copper', 'Polish with a soft cloth to bring back the glow.', 1.7),
  brass: material('Brass', 'solid brass', 'Left alone it darkens gently; polished it shines again.', 1.5),
  glass: material('Glass', 'clear borosilicate glass', 'Dishwasher safe.', 0.95),
  'recycled glass': material(
    'Recycled Glass',
    'recycled glass with the odd tiny bubble',
    'Dishwasher safe on the top rack.',
    1,
  ),
  oak: material('Oak', 'solid oak with an oil finish', OIL, 1.25),
  walnut: material('Walnut', 'dark American walnut', OIL, 1.55),
  beech: material('Beech', 'close-grained beech', OIL, 1),
  bamboo: material('Bamboo', 'fast-growing bamboo', HAND_WASH, 0.85),
  acacia: material('Acacia', 'acacia with a lively grain', OIL, 1.1),
  pine: material('Pine', 'solid pine', WIPE, 0.8),
  ash: material('Ash', 'pale ash', WIPE, 1.15),
  rattan: material('Rattan', 'hand-woven rattan', 'Dust with a soft brush.', 1.05),
  seagrass: material('Seagrass', 'braided seagrass', 'Vacuum with the brush attachment.', 0.95),
  jute: material('Jute', 'natural jute', 'Shake out; spot clean only.', 0.9),
  cork: material('Cork', 'natural cork', WIPE, 1),
  cotton: material('Cotton', 'combed cotton', COLD_WASH, 1),
  'organic cotton': material('Organic Cotton', 'organic cotton', COLD_WASH, 1.15),
  'cotton percale': material('Percale', 'crisp cotton percale', COLD_WASH, 1.05),
  flannel: material('Flannel', 'brushed cotton flannel', COLD_WASH, 1),
  linen: material('Linen', 'washed European flax linen', 'Machine wash cool; no ironing needed.', 1.45),
  wool: material('Wool', 'soft lambswool', WOOL_WASH, 1.5),
  merino: material('Merino', 'fine merino wool', WOOL_WASH, 1.65),
  canvas: material('Canvas', 'heavy cotton canvas', 'Spot clean with mild soap.', 1),
  'waxed canvas': material('Waxed Canvas', 'waxed canvas that sheds rain', 'Brush off dirt; never machine wash.', 1.35),
  leather: material('Leather', 'full-grain leather', 'Feed with leather balm twice a year.', 1.6),
  felt: material('Felt', 'thick wool felt', 'Spot clean and brush.', 1),
  fleece: material('Fleece', 'recycled fleece', COLD_WASH, 0.95),
  denim: material('Denim', 'mid-weight denim', 'Wash inside out, and seldom.', 1.1),
  nylon: material('Ripstop', 'recycled ripstop nylon', 'Wipe down and hang up to dry.', 1.05),
  polyester: material('Recycled Poly', 'recycled polyester', COLD_WASH, 0.9),
  silicone: material('Silicone', 'food-grade silicone', 'Dishwasher safe.', 0.85),
  rubber: material('Rubber', 'natural rubber', WIPE, 0.95),
  cardboard: material('Cardboard', 'thick recycled board', 'Keep dry.', 0.8),
  paper: material('Paper', 'acid-free paper', 'Keep dry and out of the sun.', 0.9),
  soy: material('Soy Wax', 'soy wax with a cotton wick', 'Trim the wick before each burn.', 1.05),
  beeswax: material('Beeswax', 'pure beeswax', 'Trim the wick before each burn.', 1.3),
  plastic: material('Recycled Plastic', 'recycled plastic', WIPE, 0.8),
  foam: material('EVA', 'closed-cell foam', WIPE, 0.85),
  iron: material('Iron', 'powder-coated iron', WIPE, 1),
  concrete: material('Concrete', 'cast concrete', 'Wipe clean; lift, do not drag.', 1.1),
  'living plant': material('', 'nursery-grown plants', 'Water when the top inch of soil is dry.', 1),
  seed: material('', 'untreated, open-pollinated seed', 'Sow within two years and store cool and dark.', 1),
} as const satisfies Record<MaterialName, Material>;

/** Materials that keep their own color. */
const BARE: ReadonlySet<MaterialName> = new Set<MaterialName>([
  'copper',
  'brass',
  'glass',
  'recycled glass',
  'stainless steel',
  'carbon steel',
  'oak',
  'walnut',
  'beech',
  'bamboo',
  'acacia',
  'pine',
  'ash',
  'rattan',
  'seagrass',
  'jute',
  'cork',
  'terracotta',
  'concrete',
  'cardboard',
]);

/** Whether products of this material come in colors. */
export function takesColor(name: MaterialName): boolean {
  return !BARE.has(name);
}

const FOR_FOOD: ReadonlySet<string> = new Set(['cookware', 'tableware', 'coffee-tea', 'kitchen-tools', 'pets']);
const FOR_THE_WASH: ReadonlySet<string> = new Set([
  'bedding',
  'bath',
  'clothing',
  'pets',
  'decor',
  'toys',
  'art-craft',
]);
const WITHOUT_CARE: ReadonlySet<string> = new Set(['books', 'stationery', 'games-puzzles', 'electronics']);
const FOR_RAIN: ReadonlySet<string> = new Set(['camping', 'cycling', 'bags-accessories', 'garden-tools']);

/** Care instructions for a material, which depend on the category; empty when there are none. */
export function careFor(categorySlug: string, name: MaterialName): string {
  const { care } = MATERIALS[name];
  if (WITHOUT_CARE.has(categorySlug)) return '';
  const washes = care === COLD_WASH || care === WOOL_WASH || care.startsWith('Machine wash');
  if (washes) {
    if (FOR_THE_WASH.has(categorySlug)) return care;
    return FOR_RAIN.has(categorySlug) ? 'Wipe down and hang up to dry.' : 'Brush off dust; spot clean with mild soap.';
  }
  const forFood = care === OIL || care === HAND_WASH || care.startsWith('Dishwasher');
  if (forFood && !FOR_FOOD.has(categorySlug)) return WIPE;
  return care;
}
