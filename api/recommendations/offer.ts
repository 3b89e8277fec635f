/** From what might be shown to what is shown: for sale at this moment, varied, each with its reason; as the text that goes out. */
import { diversify, isVaried } from '../../domain/recommendations/diversity.ts';
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
  /** What comes behind the candidates, each asked for when those before were not enough; what is there already counts once. */
  more?: readonly (() => Promise<readonly Candidate[]>)[];
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
  async make(candidates: readonly Candidate[], options: OfferOptions): Promise<string[]> {
    const queue = new CandidateQueue(this.#shelf, candidates, options);
    const inStock = new Set<Choice>();
    let chosen: Choice[] = [];
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      chosen = await queue.choose();
      const unasked = chosen.filter((choice) => !inStock.has(choice));
      if (unasked.length === 0) break;
      const spare = queue.waiting.filter((choice) => !inStock.has(choice) && !unasked.includes(choice)).slice(0, SPARE);
      const asked = [...unasked, ...spare];
      const soldOut = await this.#soldOut(asked);
      for (const choice of asked) if (!soldOut.has(choice)) inStock.add(choice);
      if (soldOut.size > 0) queue.remove(soldOut);
    }
    const shown = chosen.filter((choice) => inStock.has(choice));
    const abouts = shown.flatMap(({ candidate }) => candidate.about ?? []);
    const products = await this.#shelf.find(abouts);
    const aboutOf = new Map(abouts.map((id, at) => [id, products[at]]));
    return shown.map((choice) => itemText(choice, aboutOf));
  }

  /** Those of which the gate has nothing left. What it does not know, or all while it is away, is as PostgreSQL says. */
  async #soldOut(choices: readonly Choice[]): Promise<Set<Choice>> {
    const ids = choices.flatMap(({ variants }) => variants);
    const counts = await this.#gate.available(ids).catch(() => undefined);
    const hasAny = ({ variants }: Choice) => variants.some((id) => !((counts?.get(id) ?? Number.NaN) <= 0));
    return new Set(choices.filter((choice) => !hasAny(choice)));
  }
}

/** Candidates with what the shelf says of them, looked up as far as the choice needs them: mostly the first few. */
class CandidateQueue {
  readonly #shelf: ProductShelf;
  readonly #options: OfferOptions;
  readonly #seen: Set<string>;
  #candidates: readonly Candidate[];
  #at = 0;
  #asked = 0;
  /** Those in stock by what the shelf knows, each family once, best first. */
  waiting: Choice[] = [];

  constructor(shelf: ProductShelf, candidates: readonly Candidate[], options: OfferOptions) {
    this.#shelf = shelf;
    this.#candidates = candidates;
    this.#options = options;
    this.#seen = new Set(options.without);
  }

  remove(choices: ReadonlySet<Choice>): void {
    this.waiting = this.waiting.filter((choice) => !choices.has(choice));
  }

  /** What all candidates together would give, from as few of them as are enough to know it. */
  async choose(): Promise<Choice[]> {
    const { limit, isVaried: mustVary } = this.#options;
    for (;;) {
      const chosen = mustVary ? diversify(this.waiting, limit) : this.waiting.slice(0, limit);
      const isEnough = chosen.length === limit && (!mustVary || isVaried(chosen));
      if (isEnough || !(await this.#lookFurther())) return chosen;
    }
  }

  /** @returns false when there are no more */
  async #lookFurther(): Promise<boolean> {
    if (this.#at >= this.#candidates.length) {
      const more = this.#options.more?.[this.#asked];
      if (!more) return false;
      this.#asked += 1;
      this.#candidates = await more();
      this.#at = 0;
    }
    const next = this.#candidates.slice(this.#at, this.#at + this.#options.limit + SPARE);
    this.#at += next.length;
    const products = await this.#shelf.find(next.map(({ productId }) => productId));
    for (const [at, candidate] of next.entries()) {
      const product = products[at];
      if (!product?.inStock || this.#seen.has(product.family)) continue;
      this.#seen.add(product.family);
      this.waiting.push({ ...product, candidate });
    }
    return true;
  }
}

function itemText({ text, candidate }: Choice, aboutOf: ReadonlyMap<string, ShelfProduct | undefined>): string {
  const about = candidate.about !== undefined ? aboutOf.get(candidate.about) : undefined;
  const names = about !== undefined && isAboutProduct(candidate.reason);
  const reason = {
    kind: candidate.reason,
    text: reasonText(candidate.reason, names ? about.name : undefined),
    product_id: names ? about.id : null,
  };
  return `${text},"reason":${JSON.stringify(reason)}}`;
}
