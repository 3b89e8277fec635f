/** For tests of server code. */
import type { CookieStore } from './shop-cookies.ts';

/** A browser's cookies, without a browser. */
export class MemoryCookies implements CookieStore {
  readonly values: Record<string, string>;
  /** With what each was set, or deleted, last. */
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
