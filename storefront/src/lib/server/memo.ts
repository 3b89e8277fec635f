/** Caches small values that every page needs. */

/**
 * Caches the result of `load` for `lifeMs`, shares one load between concurrent callers, and keeps serving the cached value when
 * a reload fails.
 */
export function memo<Argument, Value>(load: (argument: Argument) => Promise<Value>, lifeMs: number) {
  let cached: { value: Value; until: number } | undefined;
  let loading: Promise<Value> | undefined;
  return async (argument: Argument): Promise<Value> => {
    if (cached && Date.now() < cached.until) return cached.value;
    loading ??= load(argument)
      .then((value) => {
        cached = { value, until: Date.now() + lifeMs };
        return value;
      })
      .finally(() => {
        loading = undefined;
      });
    if (!cached) return loading;
    const stale = cached.value;
    return loading.catch(() => stale);
  };
}
