/** One discrepancy that the audit found. */
export interface Finding {
  check: 'stock' | 'reservations' | 'money' | 'units' | 'orders' | 'counters' | 'workflows';
  /** The product, reservation, order, PaymentIntent, dispute, or workflow that it concerns. */
  subject: string;
  detail: string;
}

export const keyOf = (finding: Finding): string => `${finding.check} ${finding.subject} ${finding.detail}`;
