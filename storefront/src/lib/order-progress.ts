/** The progress of an order as a list of steps. */
import type { IconName } from './components/Icon.svelte';
import type { Order } from './contracts.ts';

/** `waiting`: the next step, on which the order waits for a review. `ended`: the last step of an order that ended early. */
export type StepState = 'done' | 'waiting' | 'ahead' | 'ended';

export interface ProgressStep {
  label: string;
  icon: IconName;
  state: StepState;
  /** When the order reached it, if known. */
  at: string | undefined;
}

const ENDS = {
  canceled: { label: 'Canceled', icon: 'close', event: 'order_canceled' },
  expired: { label: 'Expired', icon: 'clock', event: 'order_expired' },
  refunded: { label: 'Refunded', icon: 'undo', event: 'refund_succeeded' },
} as const satisfies Partial<Record<Order['status'], { label: string; icon: IconName; event: string }>>;

/** Placed → Paid → Shipped → Delivered; an order that ended early shows its completed steps and how it ended. */
export function progressOf(order: Order): ProgressStep[] {
  const { shipments } = order;
  const isWhole = order.fulfillment === 'shipped' || order.fulfillment === 'delivered';
  const step = (label: string, icon: IconName, at: string | null | undefined): ProgressStep => ({
    label,
    icon,
    state: at ? 'done' : 'ahead',
    at: at ?? undefined,
  });
  const way = [
    step('Placed', 'cart', order.created_at),
    step('Paid', 'card', order.paid_at),
    step(isWhole || shipments.length === 0 ? 'Shipped' : 'Partially shipped', 'truck', shipments.at(-1)?.shipped_at),
    step('Delivered', 'home', order.fulfillment === 'delivered' ? lastDelivery(order) : undefined),
  ];
  if (isEnd(order.status)) {
    const { label, icon, event } = ENDS[order.status];
    const at = order.events.findLast(({ type }) => type === event)?.at;
    return [...way.filter(({ state }) => state === 'done'), { label, icon, state: 'ended', at }];
  }
  if (order.status !== 'under_review') return way;
  const next = way.findIndex(({ state }) => state === 'ahead');
  return way.map((each, index) => (index === next ? { ...each, state: 'waiting' } : each));
}

/** When the last parcel was delivered. */
function lastDelivery({ shipments }: Order): string | undefined {
  return shipments
    .flatMap(({ delivered_at }) => delivered_at ?? [])
    .sort()
    .at(-1);
}

/** The current step: the last completed one, or the one under review. */
export function currentStep(steps: readonly ProgressStep[]): number {
  return steps.findLastIndex(({ state }) => state !== 'ahead');
}

function isEnd(status: Order['status']): status is keyof typeof ENDS {
  return Object.hasOwn(ENDS, status);
}
