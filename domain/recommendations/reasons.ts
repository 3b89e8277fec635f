/** Why a product is shown, in a sentence. */

export const REASON_KINDS = ['bought', 'viewed', 'in_cart', 'again', 'together', 'similar', 'popular', 'new'] as const;
export type ReasonKind = (typeof REASON_KINDS)[number];

/** With the name of the product that it is about, and without: that product may be gone, or be the one shown. */
const SENTENCES: Readonly<Record<ReasonKind, { about?: (name: string) => string; plain: string }>> = {
  bought: { about: (name) => `Because you bought ${name}`, plain: 'Because of what you bought' },
  viewed: { about: (name) => `Because you looked at ${name}`, plain: 'Because of what you looked at' },
  in_cart: { about: (name) => `Goes with ${name} in your cart`, plain: 'Goes with what is in your cart' },
  again: { plain: 'You bought this before' },
  together: { about: (name) => `Often bought with ${name}`, plain: 'Often bought together' },
  similar: { about: (name) => `Similar to ${name}`, plain: 'Similar to what you looked at' },
  popular: { plain: 'Popular right now' },
  new: { about: (name) => `New in the shop, similar to ${name}`, plain: 'New in the shop' },
};

/** @param aboutName of a product that still exists */
export function reasonText(kind: ReasonKind, aboutName?: string): string {
  const { about, plain } = SENTENCES[kind];
  return about && aboutName ? about(aboutName) : plain;
}

/** Whether the sentence can name a product. */
export function isAboutProduct(kind: ReasonKind): boolean {
  return SENTENCES[kind].about !== undefined;
}
