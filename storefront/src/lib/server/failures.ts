/** Messages for shoppers when a page cannot be shown. */
import { isProblem } from './problem.ts';

export interface Failure {
  status?: number;
  message?: string;
}

/** Turns an error into a status and a message for the shopper; unknown errors reveal no details. */
export function describeFailure(error: unknown, kind: string): Failure {
  if (kind === 'app' || kind === 'framework') {
    const status = statusOf(error);
    return kind === 'framework' && status === 404
      ? { status, message: 'It may have moved, or the address may be incorrect.' }
      : { status };
  }
  if (!isProblem(error)) return { status: 500, message: 'There’s a problem on our end. Please try again in a moment.' };
  switch (error.status) {
    case 404:
      return { status: 404, message: 'It may no longer be available, or you may need to sign in to see it.' };
    case 400:
      return { status: 400, message: error.detail ?? 'This link isn’t valid.' };
    case 401:
    case 403:
      return { status: error.status, message: 'Please sign in to view this page.' };
    case 429:
      return { status: 429, message: `You’ve made too many requests. ${tryAgain(error.retryAfterSeconds)}` };
    default:
      return {
        status: 503,
        message: error.detail ?? 'The shop is temporarily unavailable. Please try again in a moment.',
      };
  }
}

/** "Try again in 2 minutes." @param seconds as given by Retry-After */
export function tryAgain(seconds: number | undefined): string {
  if (seconds === undefined) return 'Try again in a moment.';
  if (seconds < 90) return `Try again in ${Math.ceil(seconds)} seconds.`;
  return `Try again in ${Math.ceil(seconds / 60)} minutes.`;
}

function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;
}
