/** One disagreement between the books. */
export interface Finding {
  check: 'stock' | 'holds' | 'money' | 'goods' | 'gate';
  /** What it is about: a product, a reservation, an order or a PaymentIntent. */
  subject: string;
  detail: string;
}

export const keyOf = (finding: Finding): string => `${finding.check} ${finding.subject} ${finding.detail}`;
