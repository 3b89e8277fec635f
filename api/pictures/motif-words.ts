/** Words of a product that suggest a motif, by the usual category of such products. */

export interface MotifWords {
  motif: string;
  category: string;
  /** The product's usual name, which weighs more than the other words. */
  noun: string;
  words: readonly string[];
}

const inCategory = (category: string, motifs: Readonly<Record<string, readonly [noun: string, ...words: string[]]>>) =>
  Object.entries(motifs).map(([motif, [noun, ...words]]): MotifWords => ({ motif, category, noun, words }));

export const MOTIF_WORDS: readonly MotifWords[] = [
  ...inCategory('cookware', {
    'frying-pan': ['Frying Pan', 'skillet', 'pan', 'induction'],
    saucepan: ['Saucepan', 'pot', 'pan', 'sauce'],
    'dutch-oven': ['Dutch Oven', 'casserole', 'pot', 'braise', 'bread'],
    'baking-dish': ['Baking Dish', 'oven', 'lasagna', 'roasting'],
    stockpot: ['Stockpot', 'pot', 'soup', 'pasta'],
  }),
  ...inCategory('tableware', {
    mug: ['Mug', 'cup', 'coffee', 'tea'],
    'dinner-plate': ['Dinner Plate', 'plate', 'dinnerware', 'dish'],
    bowl: ['Bowl', 'dinnerware', 'soup', 'salad'],
    tumbler: ['Tumbler Set of 4', 'glass', 'glassware', 'drinking glass'],
    pitcher: ['Pitcher', 'jug', 'carafe', 'serving'],
    'cutlery-set': ['Cutlery Set', 'flatware', 'silverware', 'fork', 'spoon', 'knife'],
  }),
  ...inCategory('coffee-tea', {
    'french-press': ['French Press', 'coffee maker', 'cafetiere', 'brew'],
    'pour-over': ['Pour-Over Set', 'dripper', 'filter coffee', 'carafe'],
    teapot: ['Teapot', 'tea', 'infuser', 'kettle'],
    'moka-pot': ['Moka Pot', 'espresso', 'stovetop', 'coffee maker'],
    'coffee-grinder': ['Coffee Grinder', 'burr grinder', 'mill', 'coffee'],
    'tea-tin': ['Tea Canister', 'storage', 'caddy', 'loose leaf'],
  }),
  ...inCategory('kitchen-tools', {
    'chef-knife': ['Chef’s Knife', 'knife', 'blade', 'cutting'],
    'cutting-board': ['Cutting Board', 'chopping board', 'serving board', 'wood'],
    'utensil-set': ['Utensil Set', 'spoon', 'spatula', 'whisk', 'ladle'],
    'rolling-pin': ['Rolling Pin', 'baking', 'pastry', 'dough'],
    'kitchen-scale': ['Kitchen Scale', 'baking', 'weighing', 'scale'],
    'storage-jar': ['Storage Jar', 'pantry', 'canister', 'container'],
  }),
  ...inCategory('bedding', {
    'duvet-cover': ['Duvet Cover Set', 'duvet', 'bed linen', 'bedding set'],
    'sheet-set': ['Sheet Set', 'sheets', 'bed linen', 'fitted sheet'],
    pillow: ['Pillow', 'pillow', 'sleep'],
    'throw-blanket': ['Throw Blanket', 'blanket', 'throw', 'sofa'],
    quilt: ['Quilt', 'coverlet', 'bedspread', 'patchwork'],
  }),
  ...inCategory('bath', {
    towel: ['Towel Set', 'bath towel', 'hand towel'],
    'bath-mat': ['Bath Mat', 'mat', 'rug', 'shower'],
    'soap-dispenser': ['Soap Dispenser', 'soap', 'pump bottle', 'refill'],
    bathrobe: ['Bathrobe', 'robe', 'dressing gown', 'spa'],
    'laundry-basket': ['Laundry Basket', 'hamper', 'basket', 'laundry'],
  }),
  ...inCategory('lighting', {
    'table-lamp': ['Table Lamp', 'lamp', 'bedside', 'light'],
    'floor-lamp': ['Floor Lamp', 'lamp', 'standing lamp', 'light'],
    pendant: ['Pendant Light', 'ceiling light', 'hanging lamp', 'shade'],
    'desk-lamp': ['Desk Lamp', 'lamp', 'office', 'task light'],
    'string-lights': ['String Lights', 'fairy lights', 'patio', 'garden party'],
  }),
  ...inCategory('furniture', {
    'dining-chair': ['Dining Chair', 'chair', 'seating', 'kitchen chair'],
    armchair: ['Armchair', 'chair', 'lounge', 'seating', 'upholstered'],
    'side-table': ['Side Table', 'table', 'nightstand', 'bedside table'],
    bookshelf: ['Bookshelf', 'bookcase', 'shelves', 'shelving'],
    stool: ['Stool', 'seating', 'bar stool', 'step stool'],
    desk: ['Writing Desk', 'desk', 'table', 'office'],
  }),
  ...inCategory('decor', {
    vase: ['Vase', 'flowers', 'bud vase', 'ceramic'],
    cushion: ['Throw Pillow', 'cushion', 'pillow', 'sofa'],
    'wall-clock': ['Wall Clock', 'clock', 'time', 'wall'],
    'framed-print': ['Framed Print', 'art', 'poster', 'wall art', 'picture'],
    mirror: ['Mirror', 'wall mirror', 'glass', 'hallway'],
    candle: ['Candle', 'scented candle', 'fragrance', 'gift'],
  }),
  ...inCategory('storage', {
    basket: ['Basket', 'woven', 'storage basket', 'bin'],
    'storage-box': ['Storage Box', 'box', 'organizer', 'container'],
    'coat-rack': ['Coat Rack', 'hooks', 'wall hook', 'hallway', 'peg rail'],
    crate: ['Crate', 'box', 'wooden crate', 'bin'],
  }),
  ...inCategory('garden-tools', {
    'watering-can': ['Watering Can', 'watering', 'houseplants', 'garden'],
    trowel: ['Hand Trowel', 'digging', 'planting', 'spade'],
    pruners: ['Pruning Shears', 'secateurs', 'pruning', 'cutting'],
    'garden-gloves': ['Garden Gloves', 'gloves', 'work gloves'],
    spade: ['Garden Spade', 'shovel', 'digging', 'garden'],
  }),
  ...inCategory('plants-pots', {
    houseplant: ['Houseplant', 'plant', 'indoor plant', 'green'],
    succulent: ['Succulent', 'cactus', 'plant', 'desert'],
    planter: ['Planter', 'pot', 'plant pot', 'cachepot'],
    seeds: ['Seeds', 'seed packet', 'vegetable', 'flower', 'sowing'],
    'herb-kit': ['Herb Garden Kit', 'herbs', 'grow kit', 'basil'],
  }),
  ...inCategory('camping', {
    tent: ['Tent', 'camping', 'shelter', 'backpacking'],
    'sleeping-bag': ['Sleeping Bag', 'camping', 'sleep', 'down'],
    'hiking-pack': ['Hiking Pack', 'backpack', 'rucksack', 'hiking'],
    'camp-stove': ['Camp Stove', 'stove', 'cooking', 'gas burner'],
    'water-bottle': ['Water Bottle', 'flask', 'bottle', 'hydration'],
    'camp-lantern': ['Camp Lantern', 'lantern', 'light', 'lamp'],
  }),
  ...inCategory('cycling', {
    bicycle: ['Bicycle', 'bike', 'commuter', 'cycle'],
    'bike-helmet': ['Bike Helmet', 'helmet', 'safety', 'bike'],
    'bike-light': ['Bike Light Set', 'light', 'lamp', 'safety', 'bike'],
    'bike-bell': ['Bike Bell', 'bell', 'bike', 'handlebar'],
    pannier: ['Pannier Bag', 'bag', 'bike bag', 'commuter'],
  }),
  ...inCategory('fitness', {
    dumbbell: ['Dumbbell Pair', 'weights', 'strength', 'gym'],
    kettlebell: ['Kettlebell', 'weights', 'strength', 'gym'],
    'yoga-mat': ['Yoga Mat', 'yoga', 'mat', 'pilates', 'stretch'],
    'jump-rope': ['Jump Rope', 'skipping rope', 'cardio', 'training'],
    'exercise-ball': ['Exercise Ball', 'gym ball', 'pilates', 'core'],
  }),
  ...inCategory('books', {
    novel: ['Novel', 'fiction', 'novel', 'book'],
    cookbook: ['Cookbook', 'cooking', 'recipes', 'book', 'food'],
    'field-guide': ['Field Guide', 'nature', 'guide', 'book', 'outdoors'],
    poetry: ['Poems', 'poems', 'poetry', 'book'],
    'picture-book': ['Picture Book', 'children', 'kids', 'book', 'bedtime'],
  }),
  ...inCategory('stationery', {
    notebook: ['Notebook', 'journal', 'paper', 'writing'],
    pen: ['Pen', 'writing', 'ink', 'fountain pen'],
    'pencil-set': ['Pencil Set', 'pencils', 'drawing', 'crayons'],
    planner: ['Planner', 'diary', 'calendar', 'agenda'],
    'washi-tape': ['Washi Tape Set', 'tape', 'decorative', 'scrapbook'],
    'letter-set': ['Letter Set', 'envelopes', 'writing paper', 'cards'],
  }),
  ...inCategory('art-craft', {
    'paint-set': ['Paint Set', 'watercolor', 'painting', 'palette'],
    'brush-set': ['Brush Set', 'brushes', 'painting', 'art'],
    yarn: ['Yarn Skein', 'knitting', 'crochet', 'wool'],
    scissors: ['Scissors', 'shears', 'sewing', 'cutting'],
    'acrylic-tubes': ['Acrylic Tubes', 'paint', 'acrylic', 'painting'],
  }),
  ...inCategory('toys', {
    'building-blocks': ['Building Blocks', 'blocks', 'wooden toy', 'construction', 'kids'],
    'toy-train': ['Toy Train', 'train', 'wooden toy', 'railway', 'kids'],
    'teddy-bear': ['Teddy Bear', 'bear', 'soft toy', 'plush', 'kids'],
    kite: ['Kite', 'kite', 'outdoor toy', 'wind', 'kids'],
    'stacking-toy': ['Stacking Toy', 'baby', 'wooden toy', 'rings', 'kids'],
  }),
  ...inCategory('games-puzzles', {
    'board-game': ['Board Game', 'game', 'family', 'strategy', 'tabletop'],
    jigsaw: ['Jigsaw Puzzle', 'puzzle', 'jigsaw', 'family'],
    'playing-cards': ['Playing Cards', 'cards', 'poker', 'deck'],
    'dice-set': ['Dice Set', 'dice', 'role playing', 'game'],
    'chess-set': ['Chess Set', 'chess', 'board game', 'wooden'],
  }),
  ...inCategory('pets', {
    'pet-bowl': ['Pet Bowl', 'dog', 'cat', 'bowl', 'feeding'],
    'dog-collar': ['Dog Collar', 'dog', 'collar', 'lead', 'walk'],
    'pet-bed': ['Pet Bed', 'dog', 'cat', 'bed', 'sleep'],
    'cat-tree': ['Cat Tree', 'cat', 'scratching post', 'climbing'],
    'chew-toy': ['Chew Toy', 'dog', 'toy', 'fetch'],
  }),
  ...inCategory('clothing', {
    't-shirt': ['T-Shirt', 'tee', 'shirt', 'top'],
    sweater: ['Sweater', 'knitwear', 'jumper', 'pullover'],
    socks: ['Socks', 'sock', 'footwear', 'warm'],
    beanie: ['Beanie', 'hat', 'winter', 'knit'],
    'rain-jacket': ['Rain Jacket', 'raincoat', 'waterproof', 'coat'],
    scarf: ['Scarf', 'wrap', 'winter', 'accessory'],
  }),
  ...inCategory('bags-accessories', {
    'tote-bag': ['Tote Bag', 'bag', 'shopper', 'shoulder bag'],
    'city-backpack': ['City Backpack', 'backpack', 'bag', 'laptop', 'rucksack'],
    wallet: ['Wallet', 'leather', 'card holder', 'purse'],
    umbrella: ['Umbrella', 'rain', 'parasol', 'storm'],
    sunglasses: ['Sunglasses', 'shades', 'eyewear', 'summer'],
    wristwatch: ['Wristwatch', 'watch', 'time', 'strap'],
  }),
  ...inCategory('electronics', {
    headphones: ['Headphones', 'audio', 'music', 'bluetooth'],
    speaker: ['Speaker', 'audio', 'music', 'bluetooth'],
    keyboard: ['Keyboard', 'computer', 'typing', 'mechanical keyboard'],
    mouse: ['Mouse', 'computer', 'pointer', 'office'],
    'power-bank': ['Power Bank', 'charger', 'battery', 'usb'],
    camera: ['Camera', 'photography', 'photo', 'lens'],
  }),
];
