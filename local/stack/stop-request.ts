/** Handles Ctrl-C, `npm run stop`, and a closed terminal as one request to stop. */

export interface StopRequest {
  /** Aborted when a stop is requested, which cancels downloads, builds, and waits. */
  readonly signal: AbortSignal;
  /** Resolves when a stop is requested. */
  readonly requested: Promise<NodeJS.Signals>;
}

/**
 * Listens for signals that request a stop. Repeated ones are ignored, because a stop in progress must finish so that nothing
 * is lost.
 */
export function stopRequest(): StopRequest {
  const controller = new AbortController();
  // The reader of our output may exit first (`npm start | head`), which must not end this process before its servers.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
  const requested = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        resolve(name);
        controller.abort(new Error(`stopped by ${name}`));
      });
    }
  });
  return { signal: controller.signal, requested };
}
