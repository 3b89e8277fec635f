/** Sentences that explain why a product is recommended. */

export const REASON_KINDS = ['bought', 'viewed', 'in_cart', 'again', 'together', 'similar', 'popular', 'new'] as const;
export type ReasonKind = (typeof REASON_KINDS)[number];

/** Each with and without the name of a related product, which may no longer exist or may be the recommended product itself. */
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

/** @param aboutName name of the related product, if it still exists */
export function reasonText(kind: ReasonKind, aboutName?: string): string {
  const { about, plain } = SENTENCES[kind];
  return about && aboutName ? about(aboutName) : plain;
}

/** Whether the sentence can name a related product. */
export function isAboutProduct(kind: ReasonKind): boolean {
  return SENTENCES[kind].about !== undefined;
}
