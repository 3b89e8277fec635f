/**
 * Score sums per item for one query. A query touches a few hundred of a hundred thousand items, so their sums lie side by side, indexed
 * by a hash table that fits into the processor's cache; an array over all items would miss the cache for each.
 */

/** Twice the number of items that most queries touch. */
const SLOTS = 4_096;
/** 2³² divided by the golden ratio, which spreads adjacent numbers far apart. */
const SPREAD = 0x9e37_79b1;

export class ItemSums {
  /** Items touched so far, and thus entries in the arrays below. */
  count = 0;
  items = new Int32Array(SLOTS / 2);
  scores = new Float64Array(SLOTS / 2);
  /** The item that contributed most to the score; −1 while no contribution is above 0. */
  because = new Int32Array(SLOTS / 2);
  #largest = new Float64Array(SLOTS / 2);
  /** Indexed by hash: 1 + the item's place in the arrays, or 0 if free. */
  #slots = new Int32Array(SLOTS);
  #shift = 32 - Math.log2(SLOTS);

  clear(): void {
    this.count = 0;
    this.#slots.fill(0);
  }

  add(item: number, score: number, because: number): void {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(item, SPREAD) >>> this.#shift;
    let place = this.#slots[slot]! - 1;
    while (place >= 0 && this.items[place] !== item) {
      slot = (slot + 1) & mask;
      place = this.#slots[slot]! - 1;
    }
    if (place < 0) {
      if (this.count === this.items.length) {
        this.#grow();
        this.add(item, score, because);
        return;
      }
      place = this.count;
      this.count += 1;
      this.#slots[slot] = place + 1;
      this.items[place] = item;
      this.scores[place] = 0;
      this.#largest[place] = 0;
      this.because[place] = -1;
    }
    this.scores[place]! += score;
    if (score > this.#largest[place]!) {
      this.#largest[place] = score;
      this.because[place] = because;
    }
  }

  /** The item's place in the arrays; −1 if it has none. */
  placeOf(item: number): number {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(item, SPREAD) >>> this.#shift;
    for (;;) {
      const place = this.#slots[slot]! - 1;
      if (place < 0 || this.items[place] === item) return place;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const { items, scores, because } = this;
    const largest = this.#largest;
    this.items = new Int32Array(2 * items.length);
    this.scores = new Float64Array(2 * items.length);
    this.because = new Int32Array(2 * items.length);
    this.#largest = new Float64Array(2 * items.length);
    this.items.set(items);
    this.scores.set(scores);
    this.because.set(because);
    this.#largest.set(largest);
    this.#slots = new Int32Array(2 * this.#slots.length);
    this.#shift -= 1;
    const mask = this.#slots.length - 1;
    for (let place = 0; place < this.count; place += 1) {
      let slot = Math.imul(this.items[place]!, SPREAD) >>> this.#shift;
      while (this.#slots[slot]! > 0) slot = (slot + 1) & mask;
      this.#slots[slot] = place + 1;
    }
  }
}
