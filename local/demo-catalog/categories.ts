/** The shop's departments in display order, and the (fictional) makers in each. */

export interface Category {
  slug: string;
  name: string;
  description: string;
  brands: readonly string[];
}

function category(slug: string, name: string, description: string, brands: readonly string[]): Category {
  return { slug, name, description, brands };
}

export const CATEGORIES: readonly Category[] = [
  category('cookware', 'Cookware', 'Pans, pots and dishes that go from stove to table and last for decades.', [
    'Emberline',
    'Northforge',
    'Copperfield & Daughters',
    'Tallow & Thyme',
    'Hearthwell',
  ]),
  category('tableware', 'Tableware', 'Plates, mugs, bowls and glasses for every day and for company.', [
    'Saltmarsh Pottery',
    'Kilnhouse',
    'Fenn & Vale',
    'Maren Table Co.',
    'Two Rivers Clay',
  ]),
  category('coffee-tea', 'Coffee & Tea', 'Everything for a slow cup: presses, drippers, grinders and pots.', [
    'Slow Drip',
    'Kestrel Coffee Works',
    'Leaf & Kettle',
    'Brightwater Brewers',
    'Morrow',
  ]),
  category('kitchen-tools', 'Kitchen Tools', 'Knives, boards, scales and jars that make cooking a pleasure.', [
    'Whetstone & Co.',
    'Butcher’s Row',
    'Peel & Pare',
    'Hearthwell',
    'Plain Kitchen',
  ]),
  category('bedding', 'Bedding', 'Sheets, covers, pillows and throws to sleep well in.', [
    'Nightfall Linen',
    'Driftwell',
    'Cloudmill',
    'Stillwater Home',
    'Hush & Hollow',
  ]),
  category('bath', 'Bath', 'Towels, mats and small things for a calmer bathroom.', [
    'Tidepool',
    'Stillwater Home',
    'Fountain & Fern',
    'Softwater',
    'Bramley Bath',
  ]),
  category('lighting', 'Lighting', 'Lamps and lanterns that make a room worth staying in.', [
    'Lumenfold',
    'Glow & Grain',
    'Halcyon Light',
    'Wick & Wire',
    'Northlight',
  ]),
  category('furniture', 'Furniture', 'Chairs, tables and shelves, solidly built and easy to live with.', [
    'Joiner’s Yard',
    'Ashgrove',
    'Lathe & Loom',
    'Plumb & Level',
    'Holm Workshop',
  ]),
  category('decor', 'Home Decor', 'Vases, cushions, clocks and candles: the things that make it yours.', [
    'Fable House',
    'Mantel',
    'Petal & Pine',
    'Fenn & Vale',
    'Glow & Grain',
  ]),
  category('storage', 'Storage', 'Baskets, boxes and hooks, so that everything has a place.', [
    'Tidy Nook',
    'Basketry',
    'Plain & Simple',
    'Cubby',
    'Holm Workshop',
  ]),
  category('garden-tools', 'Garden Tools', 'Tools that feel right in the hand, from seedling to harvest.', [
    'Greenhand',
    'Spade & Sons',
    'Thornfield',
    'Wheelbarrow Club',
    'Oakhollow',
  ]),
  category('plants-pots', 'Plants & Pots', 'Houseplants, herbs, seeds and the pots that suit them.', [
    'Fernery',
    'Potting Shed',
    'Rootwell',
    'Greenhand',
    'Sunny Sill',
  ]),
  category('camping', 'Camping & Hiking', 'Tents, packs and stoves for a night out or a long week.', [
    'Farfell',
    'Ridge & River',
    'Campfire Supply',
    'Summit Union',
    'Larkmoor',
  ]),
  category('cycling', 'Cycling', 'Bikes, helmets, lights and bags for the ride to work and the ride home.', [
    'Spokewell',
    'Freewheel',
    'Tandem Works',
    'Ridge & River',
    'Crankset Co.',
  ]),
  category('fitness', 'Fitness & Yoga', 'Weights, mats and ropes for the corner of a room.', [
    'Steady',
    'Kinetic House',
    'Ironleaf',
    'Breathe & Balance',
    'Tempo',
  ]),
  category('books', 'Books', 'Novels, cookbooks, field guides and picture books, chosen one by one.', [
    'Lantern Press',
    'Harbor Lane Books',
    'Paper Kite',
    'Quill & Compass',
    'Fieldnote Editions',
  ]),
  category('stationery', 'Stationery', 'Notebooks, pens and paper for people who still write things down.', [
    'Inkwell & Rye',
    'Foolscap',
    'Paper Heron',
    'Margin Notes',
    'Post Road',
  ]),
  category('art-craft', 'Art & Craft', 'Paints, brushes, yarn and scissors for an afternoon of making.', [
    'Pigment & Co.',
    'Wool Gather',
    'Studio Sparrow',
    'Madder',
    'Handmade Hour',
  ]),
  category('toys', 'Toys', 'Wooden trains, blocks, bears and kites that outlast childhood.', [
    'Tumble & Toggle',
    'Pocket Whale',
    'Little Foundry',
    'Merry Acorn',
    'Hopscotch',
  ]),
  category('games-puzzles', 'Games & Puzzles', 'Board games, jigsaws and cards for long evenings.', [
    'Second Turn',
    'Rook & Raven',
    'Corner Piece',
    'Fair Dice',
    'Hopscotch',
  ]),
  category('pets', 'Pets', 'Beds, bowls and toys for the animals who run the house.', [
    'Wag & Whisker',
    'Good Hound',
    'Paws Awhile',
    'Fetch Supply',
    'Purrfold',
  ]),
  category('clothing', 'Clothing', 'Tees, knits, socks and jackets that get better with wear.', [
    'Harrow Knit',
    'Common Thread',
    'Seaworthy',
    'Larkmoor',
    'Field & Seam',
  ]),
  category('bags-accessories', 'Bags & Accessories', 'Totes, wallets, umbrellas and watches for every day.', [
    'Satchel & Strap',
    'Quayside',
    'Wayfold',
    'Seaworthy',
    'Minute & Main',
  ]),
  category('electronics', 'Electronics', 'Headphones, speakers, keyboards and cameras without the noise.', [
    'Audiolark',
    'Volt & Vine',
    'Hum Devices',
    'Pixelwright',
    'Brightbit',
  ]),
];

const bySlug = new Map(CATEGORIES.map((entry) => [entry.slug, entry]));

export function findCategory(slug: string): Category | undefined {
  return bySlug.get(slug);
}
