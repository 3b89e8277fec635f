/** How a line of progress of `tests/replay-histories.ts` begins, which `tests/run.ts` shows at once. */
export const REPLAY_PROGRESS = 'replaying: ';
