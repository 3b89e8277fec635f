/** Counts background activity for the progress bar at the top of the page. */

let running = $state(0);

export const activity = {
  get busy(): boolean {
    return running > 0;
  },
  /** Counts as running until the returned function is called. */
  start(): () => void {
    running += 1;
    let ended = false;
    return () => {
      if (!ended) running -= 1;
      ended = true;
    };
  },
};
