/** Problems of the support desk's addresses as pages, because staff open them in a browser. */
import { SUPPORT_FIND_PATH } from '../../infra/temporal/support-lists.ts';
import type { Settings } from '../context.ts';
import type { Problem } from '../contracts/common.ts';
import type { ProblemPages } from '../middleware/errors.ts';
import { WHAT_TO_ENTER } from './case-search.ts';
import { writeSupportPage } from './page.ts';

export function supportProblems(settings: Pick<Settings, 'TEMPORAL_UI_URL'>): ProblemPages {
  return {
    below: '/api/support/',
    write(ctx, problem) {
      const isEntryInvalid = problem.errors !== undefined && ctx.path === SUPPORT_FIND_PATH;
      const sentence = isEntryInvalid ? WHAT_TO_ENTER : sentenceOf(problem);
      writeSupportPage(ctx, settings, { sentence, entered: ctx.state.entered });
    },
  };
}

function sentenceOf({ code, detail, title, request_id, ...details }: Problem): string {
  if (code === 'rate_limited') {
    const minutes = Math.ceil(Number(details.retry_after_seconds) / 60);
    return `Too many requests came from your network. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
  }
  if (code === 'internal')
    return `${title}. Try again in a moment. If it fails again, report the request ID ${request_id} to an operator.`;
  return detail ?? title;
}
