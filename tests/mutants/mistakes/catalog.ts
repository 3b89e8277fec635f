/** The catalog: imports, products, lists, search, and carts. */
import type { MistakesInFile } from '../mistake.ts';

const IMPORT_TESTS = ['activities/catalog/import'];
const PRODUCT_TESTS = ['api/catalog/families', 'api/catalog/product-changes'];
/** Product columns that an import changes. */
const COLUMNS = ['description', 'image_url', 'name', 'option_values'] as const;

export const CATALOG: readonly MistakesInFile[] = [
  {
    file: 'activities/catalog/import/import-writer.ts',
    tests: IMPORT_TESTS,
    replacements: [
      ...COLUMNS.map(
        (column) =>
          [
            `an import never changes ${column} of a product that is there`,
            `coalesce('given.${column}', 'p.${column}')`,
            `coalesce('p.${column}', 'given.${column}')`,
          ] as const,
      ),
      ['an import that changes only tags is not written', "  'option_values',\n  'tags',\n", "  'option_values',\n"],
      [
        'an import that changes only the currency is not written',
        "  'currency',\n  'stock_quantity',\n",
        "  'stock_quantity',\n",
      ],
      [
        'an import row without a price changes the product’s currency',
        "        .then(of.ref('p.currency'))\n",
        "        .then(of.ref('given.currency'))\n",
      ],
      [
        'a refused delivery is never added to the stock',
        'recordDeltas(sql, valid, idOf)',
        'recordDeltas(sql, rows, idOf)',
      ],
      [
        'a family has two leads once its first one is on sale again',
        "              to('p.deleted_at', 'is not', null),\n",
        '',
      ],
      [
        'a variant that leaves its family is missing from lists',
        ".then(to('changed.family_id', 'is', null).$castTo<boolean>())",
        ".then(to.ref('p.is_family_lead'))",
      ],
      [
        'a new category is listed before all others',
        "of.fn.coalesce(of.fn.max('position'), of.lit(0)), '+', 1)",
        "of.fn.coalesce(of.fn.min('position'), of.lit(0)), '+', 0)",
      ],
    ],
  },
  {
    file: 'activities/catalog/import/import-stock.ts',
    tests: ['activities/catalog/import/import-stock.test'],
    replacements: [
      [
        'a new product is created with a negative delivery',
        'if (row.stockDelta !== undefined && row.stockDelta < 0) {',
        'if (false) {',
      ],
      ['a new product is created without its delivery', 'row.stockDelta ?? row.stockQuantity', 'row.stockQuantity'],
      [
        'a delivery of one product is mistaken for one of another',
        'const deltaKey = (productId: string, reference: string) => `${productId} ${reference}`;',
        'const deltaKey = (_productId: string, reference: string) => reference;',
      ],
      ['a stock count is accepted with any base version', 'version: row.stockVersion }', 'version: known.version }'],
    ],
  },
  {
    file: 'infra/elasticsearch/query-correction.ts',
    tests: ['infra/elasticsearch'],
    replacements: [
      ['plurals are corrected to other words', 'corrections.delete(word);', ''],
      ['a word is replaced by a very different one', '<= (typed.length >= LONG_WORD ? 2 : 1)', '<= 4'],
    ],
  },
  {
    file: 'infra/elasticsearch/product-search.ts',
    tests: ['infra/elasticsearch'],
    replacements: [
      ['a price range counts products that its link does not return', 'bucket.to - 1', 'bucket.to'],
      ['a SKU is corrected like a word', 'hasSku(first) ? undefined : await', 'await'],
    ],
  },
  {
    file: 'infra/redis/cache.ts',
    tests: ['infra/redis'],
    replacements: [
      [
        'after a failed load, all callers wait for the lock to expire',
        'if (failure === undefined) await this.#unlock(lock, token).catch(() => undefined);\n          else await',
        'if (failure !== undefined) await',
      ],
      [
        'a missing item is looked up for every request',
        'const failure = toFailure(error);',
        'const failure: string | undefined = undefined as string | undefined;',
      ],
      [
        'a failed load removes another loader’s lock',
        "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end",
        "redis.call('del', KEYS[1])",
      ],
    ],
  },
  {
    file: 'api/catalog/product-reader.ts',
    tests: PRODUCT_TESTS,
    replacements: [
      [
        'a family counts as in stock because of a variant that is no longer sold',
        "    .where('v.deleted_at', 'is', null)\n",
        '',
      ],
      [
        'lists show a family as sold out with its lead',
        ".else(p('variant.found', 'is not', null))",
        ".else(p('p.stock_quantity', '>', 0))",
      ],
      [
        'lists show every variant',
        ".where('p.deleted_at', 'is', null)\n          .where((p) => p.ref('p.is_family_lead'));",
        ".where('p.deleted_at', 'is', null);",
      ],
      [
        'categories count every variant',
        "          .where((p) => p.ref('p.is_family_lead'))\n          .$asScalar()",
        '          .$asScalar()',
      ],
      [
        'categories count products that are no longer sold',
        ".whereRef('p.category_id', '=', 'category.id')\n          .where('p.deleted_at', 'is', null)",
        ".whereRef('p.category_id', '=', 'category.id')",
      ],
      ['the page of a sold-out variant shows it as in stock', '    in_stock: row.own_stock,\n', ''],
      [
        'the page offers a variant that is no longer sold',
        "      .where('family_id', '=', familyId)\n      .where('deleted_at', 'is', null)\n",
        "      .where('family_id', '=', familyId)\n",
      ],
      [
        'a minimum price excludes products at exactly that price',
        "page.where('p.price', '>=',",
        "page.where('p.price', '>',",
      ],
    ],
  },
  {
    file: 'api/catalog/product-writer.ts',
    tests: PRODUCT_TESTS,
    replacements: [
      [
        'a product’s category can’t be changed',
        '        ...(category_id !== undefined && { category: em.getReference(Category, category_id, { wrapped: true }) }),\n',
        '',
      ],
      ['a product’s image can’t be changed', '        ...(image_url !== undefined && { imageUrl: image_url }),\n', ''],
      ['a deleted product can be changed', '{ id, deletedAt: null }, { lockMode', '{ id }, { lockMode'],
      [
        'reserved units are lost when a product is deleted',
        'product.stockQuantity = product.reservedQuantity;',
        'product.stockQuantity = 0;',
      ],
      ['a family whose lead was deleted is missing from lists', '        next.isFamilyLead = true;\n', ''],
      [
        'a variant that is no longer sold leads its family',
        '{ family: product.family, deletedAt: null, id: { $ne: id } }',
        '{ family: product.family, id: { $ne: id } }',
      ],
      [
        'the most expensive variant leads its family',
        "{ orderBy: { price: 'asc' } }",
        "{ orderBy: { price: 'desc' } }",
      ],
    ],
  },
  {
    file: 'api/catalog/routes.ts',
    tests: PRODUCT_TESTS,
    replacements: [
      [
        'deliveries by two administrators with the same key count as one',
        '`api:${admin.userId}:${key}`',
        '`api:${key}`',
      ],
      [
        'a list is cached for any minimum price',
        '[query.category, query.min_price, query.max_price',
        '[query.category, query.max_price',
      ],
      [
        'a list is cached for any maximum price',
        'query.min_price, query.max_price, query.sort',
        'query.min_price, query.sort',
      ],
      ['a list is cached for any length', 'query.cursor, query.limit]', 'query.cursor]'],
      [
        'reserved units are shown as available where the counters are missing',
        ".select((product) => product('stock_quantity', '-', product.ref('reserved_quantity')).as('available'))",
        ".select('stock_quantity as available')",
      ],
    ],
  },
  {
    file: 'api/catalog/search-routes.ts',
    tests: PRODUCT_TESTS,
    replacements: [
      ['search ignores the minimum price', 'cents(query.min_price, Math.ceil)', 'undefined'],
      ['each page of a search is the first one', '      offset,\n', '      offset: 0,\n'],
      ['price ranges are in cents', 'cents === null ? null : toDecimal(cents, currency)', 'cents'],
    ],
  },
  {
    file: 'activities/catalog/indexing.ts',
    tests: PRODUCT_TESTS,
    replacements: [
      [
        'search shows a family as in stock because of a variant that is no longer sold',
        "product.exists(sold.select('v.id')",
        "product.exists(variants.select('v.id')",
      ],
      [
        'search finds a family by a variant that is no longer sold',
        'const options = sold\n',
        'const options = variants\n',
      ],
      ['the search index misses a change of a variant', "is.ref('products.is_family_lead'),", 'is.lit(false),'],
    ],
  },
  {
    file: 'api/cart/service.ts',
    tests: ['api/cart'],
    replacements: [
      [
        'a cart shows units reserved by others as available',
        ".then(item('p.stock_quantity', '-', item.ref('p.reserved_quantity')))",
        ".then(item.ref('p.stock_quantity'))",
      ],
      [
        'a cart shows products that are no longer sold as available',
        ".when('p.deleted_at', 'is', null)",
        ".when('p.id', 'is not', null)",
      ],
      ['units can be added that are not available', 'if (quantity > available) {', 'if (false) {'],
      ['a repeated addition adds again', 'if (known !== undefined) return true;', ''],
      [
        'additions at the same time are lost',
        'const cartId = await ensureCart(sql, owner);\n    if',
        'const cartId = (await findCart(sql, owner)) ?? (await ensureCart(sql, owner));\n    if',
      ],
      [
        'a product that is no longer sold can be added to a cart',
        "      .where('p.id', '=', productId)\n      .where('p.deleted_at', 'is', null),",
        "      .where('p.id', '=', productId),",
      ],
      [
        'anyone with the ID of an account’s cart can take it over by signing in',
        ".where('id', '=', guestCartId).where('user_id', 'is', null).forUpdate()",
        ".where('id', '=', guestCartId).forUpdate()",
      ],
    ],
  },
  {
    file: 'activities/catalog/indexing.ts',
    tests: ['activities/catalog'],
    replacements: [
      [
        'a rebuilt search index includes products that are no longer sold',
        "        .where('products.deleted_at', 'is', null)\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/catalog/import/command.ts',
    tests: IMPORT_TESTS,
    replacements: [['every shop imports prices in dollars', 'currency: settings.CURRENCY }', "currency: 'usd' }"]],
  },
  {
    file: 'activities/catalog/import/import-row.ts',
    tests: ['activities/catalog/import/import-row'],
    replacements: [['a price without a currency is in dollars', 'currency = shopCurrency,', "currency = 'usd',"]],
  },
];
