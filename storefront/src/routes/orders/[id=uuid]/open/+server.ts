import { redirect } from '@sveltejs/kit';
import { orderPath, readOrder } from '#lib/server/orders.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { RequestHandler } from './$types';

const KEY = /^[\w.-]{1,100}$/;

/** The link in an email to a guest. Its key moves to a cookie, so that it stays in no history and no referrer. */
export const GET: RequestHandler = async ({ locals, params, url }) => {
  const { api } = locals;
  const key = url.searchParams.get('key') ?? '';
  if (!KEY.test(key)) redirect(303, '/find-order?expired');
  try {
    await readOrder(api, params.id, key);
  } catch (error) {
    if (isProblem(error, 'not_found', 'invalid_request')) redirect(303, '/find-order?expired');
    throw error;
  }
  api.cookies.keepOrderKey(params.id, key);
  redirect(303, orderPath(params.id));
};
