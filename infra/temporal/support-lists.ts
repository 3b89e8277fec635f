/** The lists that support works through, as queries of the Temporal Web UI. Each has a link of its own: GET /api/support/lists/:name. */

import { OPEN_DISPUTE_STATUSES } from '../../domain/shipping.ts';

/** What a query is made from. */
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
const inStatus = (...statuses: string[]): string => {
  const list = statuses.map((status) => `"${status}"`).join(', ');
  return `${ORDERS} AND OrderStatus IN (${list}) AND ${RUNNING}`;
};

const LISTS = {
  'needs-approval': {
    title: 'Refunds that wait for a support lead',
    query: () => `NeedsApproval = true AND ${RUNNING}`,
  },
  stuck: {
    title: 'Stopped for more than an hour',
    query: ({ now }) => `StuckSince < "${new Date(now.getTime() - HOUR_MS).toISOString()}" AND ${RUNNING}`,
  },
  stopped: {
    title: 'All that has stopped, failed refunds among it',
    query: () => `StuckSince IS NOT NULL AND ${RUNNING}`,
  },
  failing: {
    title: 'Workflows that fail, for an engineer to repair',
    // A query can name so many; an engineer who has repaired these finds the next.
    query: ({ failing }) => `WorkflowId IN (${quoted(failing.length > 0 ? failing.slice(0, MAX_IDS) : ['none'])})`,
  },
  chargebacks: {
    title: 'Chargebacks and inquiries that are not decided: the column EvidenceDueBy says by when to answer',
    query: () => `DisputeStatus IN (${OPEN_DISPUTE_STATUSES.map((status) => `"${status}"`).join(', ')}) AND ${RUNNING}`,
  },
  'unmatched-payments': {
    title: 'Payments that name an order and can’t pay it, on their way back',
    query: () => `WorkflowType = "unmatchedPayment" AND ${RUNNING}`,
  },
  'to-ship': {
    title: 'Orders that wait to be shipped',
    query: () => inStatus('paid', 'partially_refunded'),
  },
  'under-review': {
    title: 'Orders under review',
    query: () => inStatus('under_review'),
  },
  shipped: {
    title: 'Orders on their way',
    query: () => inStatus('shipped'),
  },
  unpaid: {
    title: 'Orders that wait for their payment',
    query: () => inStatus('pending'),
  },
  returns: {
    // Refunds carry no status that could be asked for: with those that wait for their items come those that a bank is at work on.
    title: 'Returns awaited, and refunds that are with the bank',
    query: () =>
      `WorkflowType = "refund" AND (NeedsApproval IS NULL OR NeedsApproval = false) AND StuckSince IS NULL AND ${RUNNING}`,
  },
  today: {
    title: 'Today’s orders (the day is UTC’s)',
    query: ({ now }) => `${ORDERS} AND Day = "${now.toISOString().slice(0, 10)}"`,
  },
  large: {
    title: 'Large orders: more than a support lead gives back alone',
    query: ({ largeAmount }) => `${ORDERS} AND Amount > ${largeAmount} AND ${RUNNING}`,
  },
} as const satisfies Record<string, SupportList>;

export type SupportListName = keyof typeof LISTS;
export const SUPPORT_LIST_NAMES = Object.keys(LISTS) as SupportListName[];

export function isSupportList(name: string): name is SupportListName {
  return Object.hasOwn(LISTS, name);
}

export const supportListTitle = (name: SupportListName): string => LISTS[name].title;

/** The list as a query of Temporal's. */
export const supportListQuery = (name: SupportListName, at: ListMoment): string => LISTS[name].query(at);

/** Where the API sends on to the list, from its own origin. */
export const supportListPath = (name: SupportListName): string => `/api/support/lists/${name}`;
