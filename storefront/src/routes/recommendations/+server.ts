import { error, json } from '@sveltejs/kit';
import { readWish } from '#lib/recommendations.ts';
import { isProblem } from '#lib/server/problem.ts';
import { recommendations } from '#lib/server/recommendations.ts';
import type { RequestHandler } from './$types';

const ROW_LENGTH = 10;

/** A row of chosen products, asked for by a page that is there already. */
export const GET: RequestHandler = async ({ locals, url }) => {
  const wish = readWish(url.searchParams);
  if (!wish) error(400, 'Specify a placement, and a product where the placement needs one.');
  try {
    return json(await recommendations(locals, wish, ROW_LENGTH), { headers: { 'cache-control': 'private, no-store' } });
  } catch (problem) {
    if (!isProblem(problem)) throw problem;
    return new Response(null, { status: problem.status });
  }
};
