/** Selects the recommendations to show from candidates: in stock, varied, and each with its reason; as JSON text. */
import { type Placed, VariedList } from '../../domain/recommendations/diversity.ts';
import { isAboutProduct, type ReasonKind, reasonText } from '../../domain/recommendations/reasons.ts';
import type { ProductShelf } from './product-shelf.ts';
import type { ShelfProduct } from './shelf-reader.ts';
import type { SoldOut } from './sold-out.ts';

export interface Candidate {
  productId: string;
  reason: ReasonKind;
  /** ID of the product that the reason is about. */
  about?: string;
}

export interface OfferOptions {
  limit: number;
  /** Excluded families: bought, in the cart, or being viewed. */
  without?: ReadonlySet<string>;
  /** Whether the list must be varied. */
  isVaried: boolean;
  /** Further candidates, each loaded if the previous ones were not enough; duplicates are ignored. */
  more?: readonly (() => Promise<readonly Candidate[]>)[];
}

class Choice implements Placed {
  readonly product: ShelfProduct;
  readonly candidate: Candidate;

  constructor(product: ShelfProduct, candidate: Candidate) {
    this.product = product;
    this.candidate = candidate;
  }

  get family(): string {
    return this.product.family;
  }

  get category(): string | null {
    return this.product.category;
  }
}

/** Candidates looked up beyond the limit because some may be sold out or skipped for variety. */
const SPARE = 4;

export class Offers {
  readonly #shelf: ProductShelf;
  readonly #soldOut: SoldOut;

  constructor(shelf: ProductShelf, soldOut: SoldOut) {
    this.#shelf = shelf;
    this.#soldOut = soldOut;
  }

  /** @param candidates best first @returns the items of a `RecommendationList` in JSON */
  async make(candidates: readonly Candidate[], options: OfferOptions): Promise<string[]> {
    const chosen = await new CandidateQueue(this.#shelf, this.#soldOut, candidates, options).choose();
    const abouts = chosen.flatMap(({ candidate }) => candidate.about ?? []);
    const products = await this.#shelf.find(abouts);
    const aboutOf = new Map(abouts.map((id, at) => [id, products[at]]));
    return chosen.map((choice) => itemText(choice, aboutOf));
  }
}

/** Looks up candidates on the shelf only as far as the selection needs them. */
class CandidateQueue {
  readonly #shelf: ProductShelf;
  readonly #soldOut: SoldOut;
  readonly #options: OfferOptions;
  readonly #seen: Set<string>;
  readonly #list: VariedList<Choice>;
  #candidates: readonly Candidate[];
  #at = 0;
  #asked = 0;

  constructor(shelf: ProductShelf, soldOut: SoldOut, candidates: readonly Candidate[], options: OfferOptions) {
    this.#shelf = shelf;
    this.#soldOut = soldOut;
    this.#options = options;
    this.#seen = new Set(options.without);
    this.#list = new VariedList(options.limit, options.isVaried ? undefined : Number.POSITIVE_INFINITY);
    this.#candidates = candidates;
  }

  /** Selects the same products as from all candidates, from as few of them as possible. */
  async choose(): Promise<readonly Choice[]> {
    let hasMore = true;
    while (hasMore && !this.#list.isFull) hasMore = await this.#lookFurther();
    return this.#list.fillUp();
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
      if (!product || this.#seen.has(product.family) || !this.#isAvailable(product)) continue;
      this.#seen.add(product.family);
      this.#list.offer(new Choice(product, candidate));
    }
    return true;
  }

  #isAvailable({ inStock, variants }: ShelfProduct): boolean {
    return inStock && !variants.every((id) => this.#soldOut.has(id));
  }
}

function itemText(
  { product: { text }, candidate }: Choice,
  aboutOf: ReadonlyMap<string, ShelfProduct | undefined>,
): string {
  const about = candidate.about !== undefined ? aboutOf.get(candidate.about) : undefined;
  const names = about !== undefined && isAboutProduct(candidate.reason);
  const reason = {
    kind: candidate.reason,
    text: reasonText(candidate.reason, names ? about.name : undefined),
    product_id: names ? about.id : null,
  };
  return `${text},"reason":${JSON.stringify(reason)}}`;
}
