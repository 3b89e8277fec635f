import { backgroundResponse } from '#lib/server/background.ts';
import type { RequestHandler } from './$types';

/** The number of items in the cart at the last read or write, for the header of a page that stays open. */
export const GET: RequestHandler = ({ locals }) =>
  backgroundResponse(async () => ({ cartCount: locals.api.cookies.cartCount, countedAt: Date.now() }));
