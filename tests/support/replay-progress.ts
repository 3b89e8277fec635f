/** Prefix of the progress lines of `tests/replay-histories.ts`, which `tests/run.ts` shows immediately. */
export const REPLAY_PROGRESS = 'replaying: ';
