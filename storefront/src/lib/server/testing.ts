/** For tests of server code. */
import type { CookieStore } from './shop-cookies.ts';

/** A browser's cookies, without a browser. */
export class MemoryCookies implements CookieStore {
  readonly values: Record<string, string>;

  constructor(values: Record<string, string> = {}) {
    this.values = { ...values };
  }

  get(name: string): string | undefined {
    return this.values[name];
  }

  set(name: string, value: string): void {
    this.values[name] = value;
  }

  delete(name: string): void {
    delete this.values[name];
  }
}
