/** Every cookie of the shop, its life and its flags, in one place. */
import type { Cookies } from '@sveltejs/kit';
import type { Cart, Session } from '#lib/contracts.ts';

const DAY_SECONDS = 86_400;
const REFRESH_SECONDS = 7 * DAY_SECONDS;
const GUEST_SECONDS = 30 * DAY_SECONDS;
/** After half a year one may have changed one's mind, and is asked again. */
const CONSENT_SECONDS = 180 * DAY_SECONDS;
/** An access token is dropped a little early, so that none runs out on its way to the API. */
const ACCESS_MARGIN_SECONDS = 15;
const NAMES = {
  access: 'holdfast_access',
  refresh: 'holdfast_refresh',
  guest: 'holdfast_guest',
  cartCount: 'holdfast_cart_count',
  order: 'holdfast_order',
  /** The API knows it by this name too. */
  consent: 'analytics_consent',
} as const;

/** What this needs of a request's cookies. */
export type CookieStore = Pick<Cookies, 'get' | 'set' | 'delete'>;

export class ShopCookies {
  readonly #cookies: CookieStore;
  readonly #secure: boolean;

  /** @param secure whether browsers reach the shop over https */
  constructor(cookies: CookieStore, secure: boolean) {
    this.#cookies = cookies;
    this.#secure = secure;
  }

  get accessToken(): string | undefined {
    return this.#cookies.get(NAMES.access);
  }

  get refreshToken(): string | undefined {
    return this.#cookies.get(NAMES.refresh);
  }

  /** Whether this browser holds a session; the API has the last word. */
  get signedIn(): boolean {
    return this.refreshToken !== undefined;
  }

  /** The guest's cart id: a secret, and the credential of orders placed without an account. */
  get guestId(): string | undefined {
    return this.#cookies.get(NAMES.guest);
  }

  /** Items in the cart as of the last cart write or read. */
  get cartCount(): number {
    const count = Number(this.#cookies.get(NAMES.cartCount));
    return Number.isInteger(count) ? Math.max(0, count) : 0;
  }

  /** The order that this browser last placed and, as far as known, did not pay yet. */
  get unpaidOrderId(): string | undefined {
    return this.#cookies.get(NAMES.order);
  }

  /** What this shopper said to being counted by id, if anything: `granted` or `declined`. */
  get consent(): string | undefined {
    return this.#cookies.get(NAMES.consent);
  }

  keepConsent(word: 'granted' | 'declined'): void {
    this.#set(NAMES.consent, word, CONSENT_SECONDS);
  }

  keepSession(session: Session): void {
    this.#set(NAMES.access, session.access_token, Math.max(1, session.expires_in - ACCESS_MARGIN_SECONDS));
    this.#set(NAMES.refresh, session.refresh_token, REFRESH_SECONDS);
  }

  dropSession(): void {
    this.#drop(NAMES.access);
    this.#drop(NAMES.refresh);
  }

  /** Remembers the count, and a guest's id. A customer's cart id is no credential, so it never replaces the guest's. */
  keepCart(cart: Cart): void {
    this.#set(NAMES.cartCount, String(cart.item_count), GUEST_SECONDS);
    if (!this.signedIn) this.#set(NAMES.guest, cart.id, GUEST_SECONDS);
  }

  keepUnpaidOrder(orderId: string): void {
    this.#set(NAMES.order, orderId, DAY_SECONDS);
  }

  dropUnpaidOrder(): void {
    this.#drop(NAMES.order);
  }

  /** Forgets everything about the shopper, for whoever uses this browser next. */
  dropAll(): void {
    for (const name of Object.values(NAMES)) this.#drop(name);
  }

  #set(name: string, value: string, maxAgeSeconds: number): void {
    this.#cookies.set(name, value, { httpOnly: true, sameSite: 'lax', secure: this.#secure, maxAge: maxAgeSeconds });
  }

  #drop(name: string): void {
    this.#cookies.delete(name, { secure: this.#secure });
  }
}
