/** What a shopper reads of a refund's reason: their own words, and not what staff write for each other. */
export function reasonForShopper(refund: { kind: string; requestedBy: string; reason: string }): string {
  if (refund.kind === 'chargeback') return 'Taken back by the card’s bank';
  const isOwn = refund.requestedBy === 'guest' || refund.requestedBy.startsWith('customer:');
  // The shop's own reasons, such as of money that came too late, are written for shoppers.
  if (isOwn || refund.requestedBy === 'system') return refund.reason;
  return refund.kind === 'cancellation' ? 'Order cancelled by the shop' : 'Refund by the shop';
}
