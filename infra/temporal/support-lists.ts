/** The support team’s work lists, as queries of the Temporal Web UI. Each has its own link: GET /api/support/lists/:name. */
import { type OrderStatus, statusInWords } from '../../domain/order-state.ts';
import { OPEN_DISPUTE_STATUSES } from '../../domain/shipping.ts';

/** Inputs of the queries. */
export interface ListMoment {
  now: Date;
  /** In the currency's major unit. */
  largeAmount: number;
  /** IDs of the workflows whose task keeps failing. */
  failing: readonly string[];
}

interface SupportList {
  title: string;
  query(at: ListMoment): string;
}

const HOUR_MS = 3_600_000;
const RUNNING = 'ExecutionStatus = "Running"';
const ORDERS = 'WorkflowType = "order"';
const MAX_IDS = 100;
const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text.replaceAll('"', '')}"`).join(', ');
const inStatus = (...statuses: OrderStatus[]): string => {
  const list = statuses.map((status) => `"${statusInWords(status)}"`).join(', ');
  return `${ORDERS} AND OrderStatus IN (${list}) AND ${RUNNING}`;
};

const LISTS = {
  'needs-approval': {
    title: 'Refunds waiting for approval by a support lead',
    query: () => `NeedsApproval = true AND ${RUNNING}`,
  },
  stuck: {
    title: 'Cases stopped for more than an hour',
    query: ({ now }) => `StuckSince < "${new Date(now.getTime() - HOUR_MS).toISOString()}" AND ${RUNNING}`,
  },
  stopped: {
    title: 'All stopped cases, including failed refunds',
    query: () => `StuckSince IS NOT NULL AND ${RUNNING}`,
  },
  failing: {
    title: 'Failing cases, which an engineer must repair',
    // A query can name only this many; an engineer who has repaired these sees the next ones.
    query: ({ failing }) => `WorkflowId IN (${quoted(failing.length > 0 ? failing.slice(0, MAX_IDS) : ['none'])})`,
  },
  chargebacks: {
    title: 'Open chargebacks and inquiries; each case starts with the deadline for a response',
    query: () => `DisputeStatus IN (${OPEN_DISPUTE_STATUSES.map((status) => `"${status}"`).join(', ')}) AND ${RUNNING}`,
  },
  'unmatched-payments': {
    title: 'Unmatched payments that are being refunded',
    query: () => `WorkflowType = "unmatchedPayment" AND ${RUNNING}`,
  },
  'to-ship': {
    title: 'Orders ready to ship',
    query: () => inStatus('paid', 'partially_refunded', 'partially_shipped'),
  },
  'under-review': {
    title: 'Orders under review',
    query: () => inStatus('under_review'),
  },
  shipped: {
    title: 'Shipped orders',
    query: () => inStatus('shipped'),
  },
  unpaid: {
    title: 'Orders awaiting payment',
    query: () => inStatus('pending'),
  },
  returns: {
    // Refunds have no search attribute for their status, so this lists those awaiting items and those in progress at a bank together.
    title: 'Expected returns, and refunds in progress at the bank',
    query: () =>
      `WorkflowType = "refund" AND (NeedsApproval IS NULL OR NeedsApproval = false) AND StuckSince IS NULL AND ${RUNNING}`,
  },
  today: {
    title: 'Today’s orders (UTC)',
    query: ({ now }) => `${ORDERS} AND Day = "${now.toISOString().slice(0, 10)}"`,
  },
  large: {
    title: 'Large orders: above the amount that a support lead can refund without approval',
    query: ({ largeAmount }) => `${ORDERS} AND Amount > ${largeAmount} AND ${RUNNING}`,
  },
} as const satisfies Record<string, SupportList>;

export type SupportListName = keyof typeof LISTS;
export const SUPPORT_LIST_NAMES = Object.keys(LISTS) as SupportListName[];

export function isSupportList(name: string): name is SupportListName {
  return Object.hasOwn(LISTS, name);
}

export const supportListTitle = (name: SupportListName): string => LISTS[name].title;

/** The list's query in Temporal's visibility syntax. */
export const supportListQuery = (name: SupportListName, at: ListMoment): string => LISTS[name].query(at);

/** Path on the API's origin that redirects to the list. */
export const supportListPath = (name: SupportListName): string => `/api/support/lists/${name}`;

/** Path on the API's origin of the page on which staff find a case. */
export const SUPPORT_FIND_PATH = '/api/support/find';
