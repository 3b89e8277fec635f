/** From what might be shown to what is shown: for sale at this moment, varied, each with its reason; as the text that goes out. */
import { diversify } from '../../domain/recommendations/diversity.ts';
import { isAboutProduct, type ReasonKind, reasonText } from '../../domain/recommendations/reasons.ts';
import type { StockGate } from '../../infra/redis/stock-gate.ts';
import type { ProductShelf } from './product-shelf.ts';
import type { ShelfProduct } from './shelf-reader.ts';

export interface Candidate {
  productId: string;
  reason: ReasonKind;
  /** Id of the product that the reason is about. */
  about?: string;
}

export interface OfferOptions {
  limit: number;
  /** Families that are not shown: what is bought, in the cart, or looked at just now. */
  without?: ReadonlySet<string>;
  /** Whether the rule of a varied list holds. */
  isVaried: boolean;
}

interface Choice extends ShelfProduct {
  candidate: Candidate;
}

/** Asked for beyond what is to be shown, in case that something is sold out. */
const SPARE = 4;
const MOST_LOOKS = 5;

export class Offers {
  readonly #shelf: ProductShelf;
  readonly #gate: StockGate;

  constructor(shelf: ProductShelf, gate: StockGate) {
    this.#shelf = shelf;
    this.#gate = gate;
  }

  /** @param candidates best first @returns the items of a `RecommendationList` in JSON */
  async make(candidates: readonly Candidate[], { limit, without, isVaried }: OfferOptions): Promise<string[]> {
    const products = await this.#shelf.find(idsOf(candidates));
    const seen = new Set(without);
    let left: Choice[] = [];
    for (const candidate of candidates) {
      const product = products.get(candidate.productId);
      if (!product?.inStock || seen.has(product.family)) continue;
      seen.add(product.family);
      left.push({ ...product, candidate });
    }
    const inStock = new Set<Choice>();
    let chosen: Choice[] = [];
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      chosen = isVaried ? diversify(left, limit) : left.slice(0, limit);
      const unasked = chosen.filter((choice) => !inStock.has(choice));
      if (unasked.length === 0) break;
      const spare = left.filter((choice) => !inStock.has(choice) && !unasked.includes(choice)).slice(0, SPARE);
      const soldOut = await this.#soldOut([...unasked, ...spare]);
      for (const choice of [...unasked, ...spare]) if (!soldOut.has(choice)) inStock.add(choice);
      if (soldOut.size > 0) left = left.filter((choice) => !soldOut.has(choice));
    }
    return chosen.filter((choice) => inStock.has(choice)).map((choice) => itemText(choice, products));
  }

  /** Those of which the gate has nothing left. What it does not know, or all while it is away, is as PostgreSQL says. */
  async #soldOut(choices: readonly Choice[]): Promise<Set<Choice>> {
    const ids = choices.flatMap(({ variants }) => variants);
    const counts = await this.#gate.available(ids).catch(() => undefined);
    const hasAny = ({ variants }: Choice) => variants.some((id) => !((counts?.get(id) ?? Number.NaN) <= 0));
    return new Set(choices.filter((choice) => !hasAny(choice)));
  }
}

function* idsOf(candidates: readonly Candidate[]): Generator<string> {
  for (const { productId, about } of candidates) {
    yield productId;
    if (about !== undefined) yield about;
  }
}

function itemText({ text, candidate }: Choice, products: ReadonlyMap<string, ShelfProduct>): string {
  const about = candidate.about !== undefined ? products.get(candidate.about) : undefined;
  const names = about !== undefined && isAboutProduct(candidate.reason);
  const reason = {
    kind: candidate.reason,
    text: reasonText(candidate.reason, names ? about.name : undefined),
    product_id: names ? about.id : null,
  };
  return `${text},"reason":${JSON.stringify(reason)}}`;
}
