/** Purchases, carts, and views as numbers: the training data of a model. */
import { SIGNAL_KINDS, type SignalKind } from '../../../domain/recommendations/signals.ts';

export interface Interaction {
  /** Undefined for a guest, whose purchase contributes only to items that are bought together. */
  readonly customer: string | undefined;
  readonly item: string;
  /** Items of one invoice were in one basket; undefined for carts and views. */
  readonly invoice?: string | undefined;
  /** Defaults to a purchase. */
  readonly kind?: SignalKind;
  /** Milliseconds since 1970, UTC. */
  readonly timeMs: number;
}

export interface Purchase extends Interaction {
  readonly invoice: string;
  readonly kind?: 'purchase';
}

export interface History {
  readonly customers: readonly string[];
  readonly items: readonly string[];
  readonly invoices: number;
  /** One entry per line: index in `customers` (−1 for a guest) and `items`, number of the invoice (−1 for none), index of the kind in
   * `SIGNAL_KINDS`, and time. */
  readonly customerOf: Int32Array;
  readonly itemOf: Int32Array;
  readonly invoiceOf: Int32Array;
  readonly kindOf: Uint8Array;
  readonly timeMsOf: Float64Array;
}

/** The value of a purchase in `kindOf`. */
export const PURCHASE = SIGNAL_KINDS.indexOf('purchase');

/** Numbers names in the order in which they first occur. */
class Numbering {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.names.length);
    this.names.push(name);
    return this.names.length - 1;
  }
}

/** Collects interactions one by one, in any order, at 21 bytes per line. */
export class HistoryBuilder {
  readonly #customers = new Numbering();
  readonly #items = new Numbering();
  readonly #invoices = new Numbering();
  #customerOf = new Int32Array(1024);
  #itemOf = new Int32Array(1024);
  #invoiceOf = new Int32Array(1024);
  #kindOf = new Uint8Array(1024);
  #timeMsOf = new Float64Array(1024);
  #lines = 0;

  get lines(): number {
    return this.#lines;
  }

  add({ customer, item, invoice, kind = 'purchase', timeMs }: Interaction): void {
    if (this.#lines === this.#itemOf.length) this.#grow();
    const line = this.#lines;
    this.#lines += 1;
    this.#customerOf[line] = customer === undefined ? -1 : this.#customers.of(customer);
    this.#itemOf[line] = this.#items.of(item);
    this.#invoiceOf[line] = invoice === undefined ? -1 : this.#invoices.of(invoice);
    this.#kindOf[line] = SIGNAL_KINDS.indexOf(kind);
    this.#timeMsOf[line] = timeMs;
  }

  build(): History {
    return {
      customers: this.#customers.names,
      items: this.#items.names,
      invoices: this.#invoices.names.length,
      customerOf: this.#customerOf.subarray(0, this.#lines),
      itemOf: this.#itemOf.subarray(0, this.#lines),
      invoiceOf: this.#invoiceOf.subarray(0, this.#lines),
      kindOf: this.#kindOf.subarray(0, this.#lines),
      timeMsOf: this.#timeMsOf.subarray(0, this.#lines),
    };
  }

  #grow(): void {
    const larger = <Numbers extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
      from: Numbers,
      to: Numbers,
    ): Numbers => {
      to.set(from);
      return to;
    };
    const length = this.#lines * 2;
    this.#customerOf = larger(this.#customerOf, new Int32Array(length));
    this.#itemOf = larger(this.#itemOf, new Int32Array(length));
    this.#invoiceOf = larger(this.#invoiceOf, new Int32Array(length));
    this.#kindOf = larger(this.#kindOf, new Uint8Array(length));
    this.#timeMsOf = larger(this.#timeMsOf, new Float64Array(length));
  }
}
