/** Responses to requests that a page makes in the background. */
import { json } from '@sveltejs/kit';
import { isProblem } from './problem.ts';

/** Responds with data, or with the API's status and no body, since no one reads an error page. @throws what `read` throws, unless it is a problem */
export async function backgroundResponse(read: () => Promise<unknown>): Promise<Response> {
  const headers = new Headers({ 'cache-control': 'private, no-store' });
  try {
    return json(await read(), { headers });
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (error.retryAfterSeconds !== undefined) headers.set('retry-after', String(error.retryAfterSeconds));
    return new Response(null, { status: error.status, headers });
  }
}
