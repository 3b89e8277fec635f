/** What a mail says, once for both of its forms: text and HTML are made of the same parts. */

export type Part =
  | { kind: 'paragraph'; text: string }
  /** What was bought, and what it comes to. */
  | { kind: 'amounts'; rows: readonly AmountRow[]; total: AmountRow }
  | { kind: 'facts'; rows: readonly { label: string; lines: readonly string[] }[] }
  | { kind: 'link'; text: string; url: string };

export interface AmountRow {
  text: string;
  amount: string;
}

export interface Letter {
  subject: string;
  heading: string;
  parts: readonly Part[];
}

/** What every mail needs to know of the shop. */
export interface ShopFacts {
  name: string;
  /** Without a slash at its end. */
  storefrontUrl: string;
}

/** A mail about an order, which it links to. */
export function letterAbout(
  orderId: string,
  shop: ShopFacts,
  { subject, heading, parts }: Letter,
  linkText = 'View your order',
): Letter {
  const link = { kind: 'link', text: linkText, url: `${shop.storefrontUrl}/orders/${orderId}` } as const;
  return { subject: `${subject} (order ${orderNumber(orderId)})`, heading, parts: [...parts, link] };
}

/** As the storefront shows it. */
export function orderNumber(orderId: string): string {
  return orderId.slice(0, 8).toUpperCase();
}

export function paragraph(text: string): Part {
  return { kind: 'paragraph', text };
}

const formatDay = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** Where the shopper is, nobody knows. */
export function timeInWords(time: Date): string {
  return `${formatDay.format(time)} UTC`;
}
