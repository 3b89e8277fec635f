/** The catalog: imports, products, lists, search, and the carts that are filled from them. */
import type { MistakesInFile } from '../mistake.ts';

const IMPORT_TESTS = ['infra/catalogue'];
/** A known product whose column is changed, and whether the change is seen. */
const COLUMNS = ['description', 'image_url', 'name', 'option_values'] as const;

export const CATALOG: readonly MistakesInFile[] = [
  {
    file: 'infra/catalogue/import-writer.ts',
    tests: IMPORT_TESTS,
    replacements: [
      ...COLUMNS.map(
        (column) =>
          [
            `an import never changes ${column} of a product that is there`,
            `coalesce(given.${column}, p.${column}) as ${column}`,
            `coalesce(p.${column}, given.${column}) as ${column}`,
          ] as const,
      ),
      [
        'an import that changes tags alone is not written',
        'p.option_values, p.tags,\n        p.image_url)',
        'p.option_values, changed.tags,\n        p.image_url)',
      ],
      [
        'an import that changes the currency alone is not written',
        '(p.name, p.description, p.price, p.currency, p.stock_quantity',
        '(p.name, p.description, p.price, changed.currency, p.stock_quantity',
      ],
      [
        'an import row without a price changes the product’s currency',
        'case when given.price is null then p.currency else given.currency::char(3) end as currency',
        'given.currency::char(3) as currency',
      ],
      [
        'a delivery that was refused is never counted',
        'recordDeltas(sql, sound, idOf)',
        'recordDeltas(sql, rows, idOf)',
      ],
      [
        'a family has two leads once its first one is back on sale',
        'case when p.deleted_at is not null or changed.family_id is distinct',
        'case when changed.family_id is distinct',
      ],
      [
        'a variant that leaves its family is in no list',
        'then changed.family_id is null else p.is_family_lead end',
        'then p.is_family_lead else p.is_family_lead end',
      ],
      [
        'a new category comes before all others',
        '(select coalesce(max(position), 0) + 1 from categories)',
        '(select coalesce(min(position), 0) from categories)',
      ],
    ],
  },
  {
    file: 'infra/catalogue/import-stock.ts',
    tests: ['infra/catalogue/import-stock.test'],
    replacements: [
      [
        'a new product is made with units that went',
        'if (row.stockDelta !== undefined && row.stockDelta < 0) {',
        'if (false) {',
      ],
      ['a new product is made without its delivery', 'row.stockDelta ?? row.stockQuantity', 'row.stockQuantity'],
      [
        'a delivery of one product counts for another',
        'const deltaKey = (productId: string, reference: string) => `${productId} ${reference}`;',
        'const deltaKey = (_productId: string, reference: string) => reference;',
      ],
      ['a count is taken whatever it was based on', 'version: row.stockVersion }', 'version: known.version }'],
    ],
  },
  {
    file: 'infra/redis/cache.ts',
    tests: ['infra/redis'],
    replacements: [
      [
        'after a load that failed everybody waits for the lock to expire',
        '          await this.#unlock(lock, token).catch(() => undefined);\n',
        '',
      ],
      [
        'a load that failed unlocks for another one',
        "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end",
        "redis.call('del', KEYS[1])",
      ],
    ],
  },
];
