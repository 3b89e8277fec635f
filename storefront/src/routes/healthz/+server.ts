import { text } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** Reports that this process responds, without checking other services. */
export const GET: RequestHandler = () => text('ok\n', { headers: { 'cache-control': 'no-store' } });
