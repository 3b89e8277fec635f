/** Runs a server of the local stack as a program: prints its URL, and stops gracefully on Ctrl-C or SIGTERM. */
export async function runServer<Running extends { stop(): Promise<unknown> }>(
  start: () => Promise<Running>,
  describe: (running: Running) => Record<string, unknown>,
): Promise<void> {
  try {
    const running = await start();
    console.log(JSON.stringify({ ...describe(running), pid: process.pid }));
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) return;
        stopping = true;
        running.stop().then(
          () => process.exit(0),
          (error: unknown) => {
            console.error(error);
            process.exit(1);
          },
        );
      });
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
