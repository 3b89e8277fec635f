/** The options of a product, such as size and color, with the variant that each choice leads to. */
import type { Product } from './contracts.ts';

export interface OptionChoice {
  value: string;
  /** The variant with this value that is most similar to the current one. */
  productId: string;
  current: boolean;
  inStock: boolean;
}

export interface OptionGroup {
  /** Name of the option, such as `size`. */
  name: string;
  choices: OptionChoice[];
}

type Variant = Product['variants'][number];

/** The options of a product's variants, in catalog order; empty when there is nothing to choose. */
export function optionGroups(product: Pick<Product, 'id' | 'option_values' | 'variants'>): OptionGroup[] {
  const names = [...new Set(product.variants.flatMap((variant) => Object.keys(variant.option_values)))];
  return names.map((name) => ({ name, choices: choicesOf(name, product) })).filter((group) => group.choices.length > 1);
}

function choicesOf(name: string, product: Pick<Product, 'id' | 'option_values' | 'variants'>): OptionChoice[] {
  const values = [...new Set(product.variants.map((variant) => variant.option_values[name]).filter(isText))];
  return values.map((value) => {
    const candidates = product.variants.filter((variant) => variant.option_values[name] === value);
    const chosen = closest(candidates, product.option_values);
    const current = product.option_values[name] === value;
    return { value, productId: current ? product.id : chosen.id, current, inStock: chosen.in_stock };
  });
}

/** The variant that shares the most options with the wanted ones, preferring one in stock. @param candidates at least one */
function closest(candidates: Variant[], wanted: Record<string, string>): Variant {
  const likeness = (variant: Variant) =>
    Object.entries(wanted).filter(([name, value]) => variant.option_values[name] === value).length * 2 +
    (variant.in_stock ? 1 : 0);
  return candidates.reduce((best, variant) => (likeness(variant) > likeness(best) ? variant : best));
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}
