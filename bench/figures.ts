export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** Nearest-rank percentiles. @throws RangeError when there are no values */
export function percentiles(values: readonly number[]): Percentiles {
  if (values.length === 0) throw new RangeError('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Two-sided 95% quantiles of Student's t for 1, 2, 3, … degrees of freedom; beyond the end, the last one is close enough. */
const T_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131];

/**
 * Geometric mean of ratios and the upper bound of its 95% confidence interval, so that twice as slow counts as much as twice as fast.
 * @throws RangeError with fewer than two ratios
 */
export function meanRatio(ratios: readonly number[]): { mean: number; upper: number } {
  if (ratios.length < 2) throw new RangeError('an interval needs at least two ratios');
  const logs = ratios.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
  const t = T_95[Math.min(logs.length - 1, T_95.length) - 1]!;
  return { mean: Math.exp(mean), upper: Math.exp(mean + t * Math.sqrt(variance / logs.length)) };
}
