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
