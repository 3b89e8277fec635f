import { json } from '@sveltejs/kit';
import type { Suggestions } from '#lib/contracts.ts';
import type { RequestHandler } from './$types';

const MAX_QUERY_LENGTH = 100;

/** Suggestions for the search box. */
export const GET: RequestHandler = async ({ locals, url }) => {
  const query = (url.searchParams.get('q') ?? '').trim().slice(0, MAX_QUERY_LENGTH);
  const suggestions: Suggestions = query
    ? await locals.api.get<Suggestions>('/search/suggest', { query: { q: query }, identity: 'anyone' })
    : { items: [] };
  return json(suggestions, { headers: { 'cache-control': 'public, max-age=60' } });
};
