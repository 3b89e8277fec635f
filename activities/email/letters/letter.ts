/** The contents of an email, shared by its text and HTML versions. */
import type { EmailOrder } from '../email-order.ts';

export type Part =
  | { kind: 'paragraph'; text: string }
  /** The items bought, with their total. */
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
  /** Whether it is to support staff, not to the shopper. */
  isForStaff?: true;
}

/** The facts about the shop that every email shows. */
export interface ShopFacts {
  name: string;
  /** Without a slash at its end. */
  storefrontUrl: string;
  /** Page of an order at the support desk; null when no support desk is configured. */
  caseUrl(orderId: string): string | null;
}

/** An email about an order, with its number and a link to it. */
export function letterAbout(
  { orderId, number }: Pick<EmailOrder, 'orderId' | 'number'>,
  shop: ShopFacts,
  { subject, heading, parts }: Letter,
  linkText = 'View your order',
): Letter {
  const facts = { kind: 'facts', rows: [{ label: 'Order number', lines: [number] }] } as const;
  const link = { kind: 'link', text: linkText, url: `${shop.storefrontUrl}/orders/${orderId}` } as const;
  return { subject: `${subject} (order ${number})`, heading, parts: [...parts, facts, link] };
}

export function paragraph(text: string): Part {
  return { kind: 'paragraph', text };
}

const dateTimeFormat = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** In UTC, since the shopper's time zone is unknown. */
export function formatTime(time: Date): string {
  return `${dateTimeFormat.format(time)} UTC`;
}
