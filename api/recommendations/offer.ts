/** From what might be shown to what is shown: for sale at this moment, varied, each with its reason; as the text that goes out. */
import { type Placed, VariedList } from '../../domain/recommendations/diversity.ts';
import { isAboutProduct, type ReasonKind, reasonText } from '../../domain/recommendations/reasons.ts';
import type { ProductShelf } from './product-shelf.ts';
import type { ShelfProduct } from './shelf-reader.ts';
import type { SoldOut } from './sold-out.ts';

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

/** Looked up beyond what is to be shown, in case that something is sold out or gives way to variety. */
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

/** Candidates with what the shelf says of them, looked up as far as the choice needs them: mostly the first few. */
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

  /** What all candidates together would give, from as few of them as are enough to know it. */
  async choose(): Promise<readonly Choice[]> {
    while (!this.#list.isFull && (await this.#lookFurther()));
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
      if (!product || this.#seen.has(product.family) || !this.#isToBeHad(product)) continue;
      this.#seen.add(product.family);
      this.#list.offer(new Choice(product, candidate));
    }
    return true;
  }

  #isToBeHad({ inStock, variants }: ShelfProduct): boolean {
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
