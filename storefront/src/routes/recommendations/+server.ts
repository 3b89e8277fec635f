import { error, json } from '@sveltejs/kit';
import { readTarget } from '#lib/recommendations.ts';
import { isProblem } from '#lib/server/problem.ts';
import { recommendations } from '#lib/server/recommendations.ts';
import type { RequestHandler } from './$types';

const ROW_LENGTH = 10;

/** A row of recommendations, which a page loads after it has rendered. */
export const GET: RequestHandler = async ({ locals, url }) => {
  const target = readTarget(url.searchParams);
  if (!target) error(400, 'Specify a placement, and a product where the placement needs one.');
  try {
    return json(await recommendations(locals, target, ROW_LENGTH), {
      headers: { 'cache-control': 'private, no-store' },
    });
  } catch (problem) {
    if (!isProblem(problem)) throw problem;
    return new Response(null, { status: problem.status });
  }
};
