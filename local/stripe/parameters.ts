/** Reads and checks a request's parameters; unknown parameters are rejected, as by Stripe. */
import { ApiError, invalidParameter } from './errors.ts';
import type { FormObject, FormValue } from './form.ts';

export interface CreatedRange {
  gte?: number;
  gt?: number;
  lte?: number;
  lt?: number;
}

const MAX_TEXT_LENGTH = 5000;

export class Parameters {
  readonly #values: FormObject;
  readonly #prefix: string;
  readonly #read = new Set<string>();
  readonly #children: Parameters[] = [];

  constructor(values: FormObject, prefix = '') {
    this.#values = values;
    this.#prefix = prefix;
  }

  /** The parameter's full name, `card[number]`. */
  nameOf(name: string): string {
    return this.#prefix === '' ? name : `${this.#prefix}[${name}]`;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  #take(name: string): FormValue | undefined {
    this.#read.add(name);
    return this.has(name) ? this.#values[name] : undefined;
  }

  /** Accepts parameters that have no effect in the stand-in. */
  ignore(...names: string[]): void {
    for (const name of names) this.#read.add(name);
  }

  /** Text of up to 5,000 characters; empty text counts as absent. */
  text(name: string, maxLength = MAX_TEXT_LENGTH): string | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw invalidParameter(this.nameOf(name), 'Invalid string: must be a string.');
    if (value.length > maxLength) {
      throw invalidParameter(
        this.nameOf(name),
        `Invalid string: must be at most ${maxLength} characters.`,
        'parameter_invalid_string',
      );
    }
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw this.#missing(name);
    return value;
  }

  /** Text that can be cleared with `name=` (empty): undefined when absent, null when cleared. */
  clearableText(name: string): string | null | undefined {
    return this.has(name) ? (this.text(name) ?? null) : undefined;
  }

  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(text)) {
      throw invalidParameter(this.nameOf(name), `Invalid integer: ${text}`, 'parameter_invalid_integer');
    }
    return Number(text);
  }

  requiredInteger(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw this.#missing(name);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (text === 'true' || text === '1') return true;
    if (text === 'false' || text === '0') return false;
    throw invalidParameter(this.nameOf(name), `Invalid boolean: ${text}`);
  }

  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = allowed.find((value) => value === text);
    if (found === undefined) {
      throw invalidParameter(this.nameOf(name), `Invalid ${this.nameOf(name)}: must be one of ${allowed.join(', ')}`);
    }
    return found;
  }

  object(name: string): Parameters | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') throw invalidParameter(this.nameOf(name), 'Invalid object');
    const child = new Parameters(value, this.nameOf(name));
    this.#children.push(child);
    return child;
  }

  list(name: string): string[] | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') throw invalidParameter(this.nameOf(name), 'Invalid array');
    return Object.values(value).map((item) => {
      if (typeof item !== 'string') throw invalidParameter(this.nameOf(name), 'Invalid array: items must be strings');
      return item;
    });
  }

  /** Changes to metadata: an empty value removes a key; `metadata=` (empty), returned as null, removes all. */
  metadata(): Record<string, string> | null | undefined {
    const value = this.#take('metadata');
    if (value === undefined) return undefined;
    if (value === '') return null;
    if (typeof value === 'string') throw invalidParameter('metadata', 'Invalid object');
    const entries = Object.entries(value);
    if (entries.length > 50) throw invalidParameter('metadata', 'Metadata can have at most 50 keys.');
    const result: Record<string, string> = {};
    for (const [key, text] of entries) {
      const param = `metadata[${key}]`;
      if (typeof text !== 'string') throw invalidParameter(param, 'Metadata values must be strings.');
      if (key.length > 40) throw invalidParameter(param, 'Metadata keys can be at most 40 characters long.');
      if (text.length > 500) throw invalidParameter(param, 'Metadata values can be at most 500 characters long.');
      result[key] = text;
    }
    return result;
  }

  /** `created=N` or `created[gte]=N`. */
  createdRange(): CreatedRange {
    if (typeof this.#values.created === 'string') {
      const exact = this.integer('created');
      return { gte: exact, lte: exact };
    }
    const range = this.object('created');
    return {
      gte: range?.integer('gte'),
      gt: range?.integer('gt'),
      lte: range?.integer('lte'),
      lt: range?.integer('lt'),
    };
  }

  /** Call after reading all parameters. @throws ApiError with the unknown parameters */
  finish(): void {
    const unknown = Object.keys(this.#values).filter((name) => !this.#read.has(name));
    if (unknown.length > 0) {
      const names = unknown.map((name) => this.nameOf(name));
      throw new ApiError(
        400,
        {
          type: 'invalid_request_error',
          code: 'parameter_unknown',
          param: names[0]!,
          message: `Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`,
        },
        false,
      );
    }
    for (const child of this.#children) child.finish();
  }

  #missing(name: string): ApiError {
    return invalidParameter(this.nameOf(name), `Missing required param: ${this.nameOf(name)}.`, 'parameter_missing');
  }
}

/** Applies changes from `Parameters.metadata`. */
export function mergeMetadata(
  current: Record<string, string>,
  changes: Record<string, string> | null | undefined,
): Record<string, string> {
  if (changes === null) return {};
  const merged = { ...current, ...changes };
  for (const [key, value] of Object.entries(merged)) if (value === '') delete merged[key];
  return merged;
}
