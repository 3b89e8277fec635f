/** The way of an order as steps to look at. */
import type { IconName } from './components/Icon.svelte';
import type { Order } from './contracts.ts';

/** `waiting`: would be next, and is kept back. `ended`: nothing comes after it. */
export type StepState = 'done' | 'waiting' | 'ahead' | 'ended';

export interface ProgressStep {
  label: string;
  icon: IconName;
  state: StepState;
  /** When it was reached, where that is known. */
  at: string | undefined;
}

const ENDS = {
  canceled: { label: 'Canceled', icon: 'close', event: 'order_canceled' },
  expired: { label: 'Expired', icon: 'clock', event: 'order_expired' },
  refunded: { label: 'Refunded', icon: 'undo', event: 'refund_succeeded' },
} as const satisfies Partial<Record<Order['status'], { label: string; icon: IconName; event: string }>>;

/** Placed → Paid → Shipped → Delivered; an order that ended early shows the steps that it took, and its end. */
export function progressOf(order: Order): ProgressStep[] {
  const { shipment } = order;
  const step = (label: string, icon: IconName, at: string | null | undefined): ProgressStep => ({
    label,
    icon,
    state: at ? 'done' : 'ahead',
    at: at ?? undefined,
  });
  const way = [
    step('Placed', 'cart', order.created_at),
    step('Paid', 'card', order.paid_at),
    step('Shipped', 'truck', shipment?.shipped_at),
    step('Delivered', 'home', shipment?.delivered_at),
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

/** Where one is: the last step that was taken, or the one that is kept back. */
export function currentStep(steps: readonly ProgressStep[]): number {
  return steps.findLastIndex(({ state }) => state !== 'ahead');
}

function isEnd(status: Order['status']): status is keyof typeof ENDS {
  return Object.hasOwn(ENDS, status);
}
