/** Ctrl-C, `npm run stop` and a closed terminal, heard once. */

export interface StopRequest {
  /** Aborted when a stop is asked for: breaks off downloads, builds and waits. */
  readonly signal: AbortSignal;
  /** Resolves when a stop is asked for. */
  readonly requested: Promise<NodeJS.Signals>;
}

/**
 * Listens for the signals that ask this process to stop. Repeated ones change nothing, since a stop that is under way
 * must come to its end for nothing to be lost.
 */
export function stopRequest(): StopRequest {
  const controller = new AbortController();
  // Whoever reads our output may go away first (`npm start | head`): that must not end this process before its servers.
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
