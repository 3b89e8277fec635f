/** Generates a product's name and description from its attributes. */
import type { ColorName } from '../../api/pictures/colors.ts';
import type { MaterialName } from '../../api/pictures/material-colors.ts';
import type { Random } from '../../domain/random.ts';
import { careFor, MATERIALS } from './materials.ts';
import type { Kind } from './product-types/index.ts';

export interface Attributes {
  kind: Kind;
  line: string;
  /** Empty for none. */
  style: string;
  material: MaterialName;
  /** Maker of a product, or publisher of a book. */
  brand: string;
  /** Author of a book. */
  author?: string;
  color?: ColorName;
  size?: string;
}

/** "French Press" → "French press": lower case within a sentence, except for names. */
export function inSentence(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\b(french|dutch|italian|shaker)\b/g, (word) => word[0]!.toUpperCase() + word.slice(1))
    .replaceAll('t-shirt', 'T-shirt')
    .replaceAll('fair isle', 'Fair Isle');
}

function withArticle(phrase: string): string {
  return `${/^[aeiou]/i.test(phrase) && !/^(one|uni)/i.test(phrase) ? 'An' : 'A'} ${phrase}`;
}

function possessive(name: string): string {
  return name.endsWith('s') ? `${name}’` : `${name}’s`;
}

/** "Large" → "large", "3 Person" → "3 person"; "XL" and "mAh" stay unchanged. */
function sizeInSentence(size: string): string {
  return size.replaceAll(/\b[A-Z][a-z]+\b/g, (word) => word.toLowerCase());
}

function join(...words: string[]): string {
  return words.filter(Boolean).join(' ');
}

/** Name without options: "Halden Speckled Stoneware Mug". */
export function modelName({ kind, line, style, material }: Attributes): string {
  if (kind.naming === 'title') return line;
  const label = kind.namesMaterial === false ? '' : MATERIALS[material].label;
  return kind.materialFirst ? join(line, label, style, kind.noun) : join(line, style, label, kind.noun);
}

/** Name with options: "Halden Speckled Stoneware Mug, Sage, 14 oz". */
export function productName(attributes: Attributes): string {
  const { kind, color, size } = attributes;
  const model = modelName(attributes);
  if (kind.naming === 'title') return size ? `${model} (${size})` : model;
  return [model, color, size].filter(Boolean).join(', ');
}

function bookIntroduction({ kind, line, author, brand }: Attributes, random: Random): string {
  const noun = kind.slug === 'poetry' ? 'collection of poems' : inSentence(kind.noun);
  return random.pick([
    `${line} is ${possessive(author!)} new ${noun}, published by ${brand}.`,
    `A ${noun} by ${author}, from ${brand}.`,
    `${author} is back with ${line}, a ${noun} for rereading.`,
  ]);
}

function plantIntroduction({ style, brand, color, material, line }: Attributes, random: Random): string {
  const name = inSentence(style);
  if (material === 'seed') {
    return random.pick([
      `${possessive(brand)} ${line} strain of ${name}, packed by hand for the coming season.`,
      `${style} seeds of the ${line} strain, grown and cleaned by ${brand}.`,
    ]);
  }
  const pot = color ? `in a ${inSentence(color)} pot` : 'in its pot';
  return random.pick([
    `${withArticle(`young ${name}`)} ${pot}, raised by ${brand} and ready for a windowsill.`,
    `${brand} grows this ${name} from cuttings and sends it ${pot}.`,
  ]);
}

function introduction(attributes: Attributes, random: Random): string {
  const { kind, line, style, material, brand, color } = attributes;
  if (kind.naming === 'title') return bookIntroduction(attributes, random);
  if (material === 'seed' || material === 'living plant') return plantIntroduction(attributes, random);
  const noun = inSentence(join(style, kind.noun));
  const { phrase } = MATERIALS[material];
  const finish = color ? `, in ${inSentence(color)}` : '';
  const [these, comes] = kind.plural ? ['these', 'come'] : ['this', 'comes'];
  return random.pick([
    `${kind.plural ? capitalized(noun) : withArticle(noun)} made by ${brand} of ${phrase}${finish}.`,
    `${brand} makes the ${line} ${inSentence(kind.noun)} of ${phrase}${finish}.`,
    `Made of ${phrase}${finish}, ${these} ${noun} ${comes} from ${possessive(brand)} ${line} line.`,
    `From ${possessive(brand)} ${line} line: ${kind.plural ? noun : withArticle(noun).toLowerCase().replace(noun.toLowerCase(), noun)} of ${phrase}${finish}.`,
  ]);
}

function capitalized(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

/** Three to five sentences about the product, its benefits, its size, and its care. */
export function description(attributes: Attributes, random: Random): string {
  const { kind, material, size } = attributes;
  const sentences = [introduction(attributes, random)];
  sentences.push(...random.sample(kind.features, random.chance(0.55) ? 2 : 1));
  if (kind.sizeFact && size) sentences.push(capitalized(kind.sizeFact.replaceAll('{size}', sizeInSentence(size))));
  const care = careFor(kind.category, material);
  if (care && random.chance(0.7)) sentences.push(care);
  sentences.push(random.pick(kind.uses));
  return sentences.join(' ');
}
