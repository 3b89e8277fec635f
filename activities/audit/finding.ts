/** One disagreement between the books. */
export interface Finding {
  check: 'stock' | 'reservations' | 'money' | 'goods' | 'orders' | 'counters' | 'workflows';
  /** What it is about: a product, a reservation, an order, a PaymentIntent, a dispute or a workflow. */
  subject: string;
  detail: string;
}

export const keyOf = (finding: Finding): string => `${finding.check} ${finding.subject} ${finding.detail}`;
