/** Small things that every page needs, kept for a while. */

/**
 * Keeps what `load` gave for `lifeMs`, loads once however many ask at the same time, and goes on with what it has when
 * loading again fails.
 */
export function memo<Argument, Value>(load: (argument: Argument) => Promise<Value>, lifeMs: number) {
  let kept: { value: Value; until: number } | undefined;
  let loading: Promise<Value> | undefined;
  return async (argument: Argument): Promise<Value> => {
    if (kept && Date.now() < kept.until) return kept.value;
    loading ??= load(argument)
      .then((value) => {
        kept = { value, until: Date.now() + lifeMs };
        return value;
      })
      .finally(() => {
        loading = undefined;
      });
    if (!kept) return loading;
    const stale = kept.value;
    return loading.catch(() => stale);
  };
}
