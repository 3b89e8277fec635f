/** Statements that are built once per process. Building one costs 2 to 20 µs each time, and several times that until V8 has optimized it. */
import type { Compilable } from 'kysely';
import type { Sql } from './database.ts';

/** Takes the place of a value while a statement is built. */
export class Placeholder {
  readonly #name: string;
  readonly #convert: (value: unknown) => unknown;

  constructor(name: string, convert: (value: unknown) => unknown = (value) => value) {
    this.#name = name;
    this.#convert = convert;
  }

  /** A placeholder for what `convert` makes of this one's value. */
  converted(convert: (value: unknown) => unknown): Placeholder {
    return new Placeholder(this.#name, convert);
  }

  valueIn(values: object): unknown {
    return this.#convert(values[this.#name as keyof typeof values]);
  }
}

const PLACEHOLDERS = new Proxy(
  {},
  {
    get: (_, name) => (typeof name === 'string' ? new Placeholder(name) : undefined),
    ownKeys() {
      throw new TypeError('The values of a statement that is built once have no keys yet. Name each value.');
    },
  },
);

/**
 * For statements that every order runs: `build` runs once, with a placeholder in place of each value, and later calls supply the values.
 * @param build must pass each value on as a whole. It never sees one, so it can't decide by a value, calculate with it, read inside it, or
 *   make it a `literal`. It must name each value; spreading them throws a TypeError.
 */
export function builtOnce<Values extends object, Row>(
  build: (sql: Sql, values: Values) => Compilable<Row>,
): (sql: Sql, values: Values) => Compilable<Row> {
  let built: ReturnType<Compilable['compile']> | undefined;
  return (sql, values) => {
    built ??= build(sql, PLACEHOLDERS as Values).compile();
    const parameters = built.parameters.map((parameter) =>
      parameter instanceof Placeholder ? parameter.valueIn(values) : parameter,
    );
    const statement = { ...built, parameters };
    return { compile: () => statement } as Compilable<Row>;
  };
}
