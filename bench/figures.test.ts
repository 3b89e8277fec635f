import { expect, it } from 'vitest';
import { meanRatio } from './figures.ts';

it('computes the mean of ratios and the upper bound of its 95% confidence interval', () => {
  expect(meanRatio([2, 0.5]).mean).toBeCloseTo(1, 10);
  // Computed by hand: logs 0, .02, .04, -.02, .01; mean .01, standard deviation .02236, t of 4 degrees of freedom 2.776.
  const { mean, upper } = meanRatio([0, 0.02, 0.04, -0.02, 0.01].map(Math.exp));
  expect(Math.log(mean)).toBeCloseTo(0.01, 6);
  expect(Math.log(upper)).toBeCloseTo(0.01 + (2.776 * 0.0223607) / Math.sqrt(5), 6);
  expect(() => meanRatio([1])).toThrow(RangeError);
});
