/** The support desk's lists, with what only the moment tells: a saved link can't say "an hour ago". */
import { DomainError } from '../../domain/errors.ts';
import { toDecimal } from '../../domain/money.ts';
import { listUrl } from '../../infra/temporal/client.ts';
import {
  isSupportList,
  type ListMoment,
  SUPPORT_LIST_NAMES,
  supportListPath,
  supportListQuery,
  supportListTitle,
} from '../../infra/temporal/support-lists.ts';
import type { Settings } from '../context.ts';
import type { SupportList } from '../contracts/support.ts';

const momentOf = (settings: Settings, now: Date): ListMoment => ({
  now,
  largeAmount: toDecimal(settings.REFUND_LIMIT_LEAD_CENTS, settings.CURRENCY),
});

export function readLists(settings: Settings, now: Date): SupportList[] {
  const moment = momentOf(settings, now);
  return SUPPORT_LIST_NAMES.map((name) => ({
    name,
    title: supportListTitle(name),
    path: supportListPath(name),
    query: supportListQuery(name, moment),
  }));
}

/**
 * Address of a list in the Temporal Web UI.
 * @throws DomainError not_found naming the lists that there are; unavailable without a Web UI
 */
export function addressOfList(settings: Settings, name: string, now: Date): string {
  if (!isSupportList(name)) {
    throw new DomainError('not_found', `There is no list “${name}”; there are ${SUPPORT_LIST_NAMES.join(', ')}.`, {
      details: { lists: SUPPORT_LIST_NAMES },
    });
  }
  const url = listUrl(settings, supportListQuery(name, momentOf(settings, now)));
  if (!url) throw new DomainError('unavailable', 'This shop knows no Temporal Web UI: TEMPORAL_UI_URL is not set.');
  return url;
}
