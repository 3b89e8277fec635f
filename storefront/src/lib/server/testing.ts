/** Helpers for tests of server code. */
import type { CookieStore } from './shop-cookies.ts';

/** An in-memory cookie store. */
export class MemoryCookies implements CookieStore {
  readonly values: Record<string, string>;
  /** The options with which each cookie was last set or deleted. */
  readonly options: Record<string, object> = {};

  constructor(values: Record<string, string> = {}) {
    this.values = { ...values };
  }

  get(name: string): string | undefined {
    return this.values[name];
  }

  set(name: string, value: string, options: object = {}): void {
    this.values[name] = value;
    this.options[name] = options;
  }

  delete(name: string, options: object = {}): void {
    delete this.values[name];
    this.options[name] = options;
  }
}
