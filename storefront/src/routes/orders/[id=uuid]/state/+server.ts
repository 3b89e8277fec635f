import { backgroundResponse } from '#lib/server/background.ts';
import { readOrderPage } from '#lib/server/order-page.ts';
import type { RequestHandler } from './$types';

/** The order as its page shows it, for updates in the background. */
export const GET: RequestHandler = ({ locals, params }) =>
  backgroundResponse(() => readOrderPage(locals.api, params.id));
