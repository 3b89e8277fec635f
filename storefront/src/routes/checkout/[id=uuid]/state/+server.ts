import { backgroundResponse } from '#lib/server/background.ts';
import { readCheckout } from '#lib/server/checkout-page.ts';
import type { RequestHandler } from './$types';

/** The reservation as its checkout page shows it, for updates in the background. */
export const GET: RequestHandler = ({ locals, params }) =>
  backgroundResponse(() => readCheckout(locals.api, params.id));
