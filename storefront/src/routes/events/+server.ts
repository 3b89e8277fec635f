import { fromBrowser, send } from '#lib/server/events.ts';
import { isProblem } from '#lib/server/problem.ts';
import type { RequestHandler } from './$types';

const MAX_BODY_LENGTH = 50_000;

/** Receives the beacons of pages. Browsers ignore the response, but its status is accurate for debugging. */
export const POST: RequestHandler = async ({ locals, request }) => {
  const text = await request.text();
  const events = text.length <= MAX_BODY_LENGTH ? fromBrowser(parsed(text)) : undefined;
  if (!events) return new Response(null, { status: 400 });
  try {
    await send(locals, events);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return new Response(null, { status: error.status });
  }
  return new Response(null, { status: 202 });
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
