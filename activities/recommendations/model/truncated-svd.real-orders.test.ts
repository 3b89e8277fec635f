/**
 * Compares the decomposition of real orders with scikit-learn's. The orders (UCI Online Retail, DOI 10.24432/C5BW33) are not included:
 *
 *   ONLINE_RETAIL_CSV=/path/orders.csv.gz npm test -- truncated-svd
 */
import { expect, it } from 'vitest';
import { readOrders } from '../commands/orders-file.ts';
import { binary } from './csr-matrix.ts';
import { HistoryBuilder } from './history.ts';
import { KernelPool } from './kernel-pool.ts';
import { recencyMatrix } from './matrices.ts';
import { truncatedSvd } from './truncated-svd.ts';

const CUT_MS = Date.parse('2011-10-08T00:00:00Z');

/**
 * Made with scikit-learn 1.9.1 (pandas, SciPy):
 *
 *   d = read_csv(FILE, dtype={'InvoiceNo': str, 'StockCode': str, 'CustomerID': str})
 *   d.StockCode = d.StockCode.str.strip().str.upper()
 *   d = d[~d.InvoiceNo.str.startswith('C') & (d.Quantity > 0) & (d.UnitPrice > 0) & d.StockCode.str.match(r'^\d{5}[A-Z]{0,2}$')
 *         & d.CustomerID.notna() & (d.InvoiceDate < '2011-10-08')]
 *   (u, _), (i, codes) = factorize(d.CustomerID), factorize(d.StockCode)
 *   X = csr_matrix((ones(len(d)), (u, i))); X.data[:] = 1
 *   svd = TruncatedSVD(50, n_iter=20, random_state=42).fit(X)
 *   print(svd.singular_values_, (svd.components_[:10] ** 2).sum(0))
 */
const SCIKIT_LEARN = {
  customers: 3_703,
  pairs: 196_387,
  singularValues: [140.22017, 56.86846, 49.7753, 46.23447, 39.79228, 39.17354, 37.4202, 35.53718, 34.97597, 34.38654],
  twentieth: 27.7599,
  fortieth: 23.14715,
  /** The share of an item in the space of the first ten components, which depends only on the space. */
  inFirstTen: { '85123A': 0.098141, '22423': 0.153722, '47566': 0.036902, '84879': 0.051891, '21212': 0.083454 },
};

it('finds the singular values that scikit-learn finds in real orders, and spans the same space', {
  timeout: 60_000,
}, async () => {
  const builder = new HistoryBuilder();
  for await (const order of readOrders(process.env.ONLINE_RETAIL_CSV!)) if (order.timeMs < CUT_MS) builder.add(order);
  const history = builder.build();
  const matrix = binary(recencyMatrix(history, CUT_MS, 1));
  expect(matrix.rows).toBe(SCIKIT_LEARN.customers);
  expect(matrix.indices).toHaveLength(SCIKIT_LEARN.pairs);
  const pool = new KernelPool();
  const svd = await truncatedSvd(pool, matrix, { components: 50, seed: 42, iterations: 20 });
  await pool.close();

  for (const [place, value] of SCIKIT_LEARN.singularValues.entries())
    expect(Math.abs(svd.singularValues[place]! / value - 1)).toBeLessThan(1e-6);
  // The tail converges slowly in both implementations.
  expect(Math.abs(svd.singularValues[19]! / SCIKIT_LEARN.twentieth - 1)).toBeLessThan(1e-5);
  expect(Math.abs(svd.singularValues[39]! / SCIKIT_LEARN.fortieth - 1)).toBeLessThan(1e-4);
  for (const [code, share] of Object.entries(SCIKIT_LEARN.inFirstTen)) {
    const item = history.items.indexOf(code);
    let found = 0;
    for (let place = 0; place < 10; place += 1) found += svd.itemVectors[item * 50 + place]! ** 2;
    expect(found).toBeCloseTo(share, 4);
  }
});
