/** The support desk's lists. Their queries contain the current time because a saved link can't express "an hour ago". */
import { DomainError } from '../../domain/errors.ts';
import { toDecimal } from '../../domain/money.ts';
import { listFailingWorkflows } from '../../infra/postgres/failing-workflows.ts';
import { listUrl } from '../../infra/temporal/client.ts';
import {
  isSupportList,
  type ListMoment,
  SUPPORT_LIST_NAMES,
  supportListPath,
  supportListQuery,
  supportListTitle,
} from '../../infra/temporal/support-lists.ts';
import type { ApiDependencies } from '../context.ts';
import type { SupportList } from '../contracts/support.ts';

type SupportDependencies = Pick<ApiDependencies, 'settings' | 'db'>;

async function momentOf({ settings, db }: SupportDependencies, now: Date): Promise<ListMoment> {
  return {
    now,
    largeAmount: toDecimal(settings.REFUND_LIMIT_LEAD_CENTS, settings.CURRENCY),
    failing: (await listFailingWorkflows(db)).map(({ workflowId }) => workflowId),
  };
}

export async function readLists(deps: SupportDependencies, now: Date): Promise<SupportList[]> {
  const moment = await momentOf(deps, now);
  return SUPPORT_LIST_NAMES.map((name) => ({
    name,
    title: supportListTitle(name),
    path: supportListPath(name),
    query: supportListQuery(name, moment),
  }));
}

/**
 * The URL of a list in the Temporal Web UI.
 * @throws DomainError not_found with the names of all lists; unavailable without a Web UI
 */
export async function addressOfList(deps: SupportDependencies, name: string, now: Date): Promise<string> {
  if (!isSupportList(name)) {
    throw new DomainError('not_found', `There is no list “${name}”. The lists are ${SUPPORT_LIST_NAMES.join(', ')}.`, {
      details: { lists: SUPPORT_LIST_NAMES },
    });
  }
  const url = listUrl(deps.settings, supportListQuery(name, await momentOf(deps, now)));
  if (!url) throw new DomainError('unavailable', 'No Temporal Web UI is configured. Set TEMPORAL_UI_URL.');
  return url;
}
