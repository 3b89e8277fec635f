import { error } from '@sveltejs/kit';
import { readTarget } from '#lib/recommendations.ts';
import { backgroundResponse } from '#lib/server/background.ts';
import { recommendations } from '#lib/server/recommendations.ts';
import type { RequestHandler } from './$types';

const ROW_LENGTH = 10;

/** A row of recommendations, which a page loads after it has rendered. */
export const GET: RequestHandler = ({ locals, url }) => {
  const target = readTarget(url.searchParams);
  if (!target) error(400, 'Specify a placement, and a product where the placement needs one.');
  return backgroundResponse(() => recommendations(locals, target, ROW_LENGTH));
};
