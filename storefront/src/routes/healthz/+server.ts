import { text } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** Whether this process answers; it asks nobody else. */
export const GET: RequestHandler = () => text('ok\n', { headers: { 'cache-control': 'no-store' } });
