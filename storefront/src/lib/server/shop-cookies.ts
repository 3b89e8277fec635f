/** The shop's cookies with their lifetimes and flags. */
import type { Cookies } from '@sveltejs/kit';
import type { Cart, Session } from '#lib/contracts.ts';

const DAY_SECONDS = 86_400;
const REFRESH_SECONDS = 7 * DAY_SECONDS;
const GUEST_SECONDS = 30 * DAY_SECONDS;
/** Shoppers are asked for consent again after half a year. */
const CONSENT_SECONDS = 180 * DAY_SECONDS;
/** The access token's cookie expires a little early, so that no token expires on its way to the API. */
const ACCESS_MARGIN_SECONDS = 15;
const NAMES = {
  access: 'holdfast_access',
  refresh: 'holdfast_refresh',
  guest: 'holdfast_guest',
  cartCount: 'holdfast_cart_count',
  order: 'holdfast_order',
  /** The API reads a cookie of this name, too. */
  consent: 'analytics_consent',
} as const;

/** A cookie per order, sent only to its pages: whoever has it may see the order. Short, because signing out can't find these cookies. */
const ORDER_KEY = { name: 'holdfast_order_key', seconds: DAY_SECONDS };

/** The methods used from a request's cookies. */
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

  /** Whether this browser has a session; only the API knows whether it is still valid. */
  get signedIn(): boolean {
    return this.refreshToken !== undefined;
  }

  /** The guest's cart ID: a secret, and the credential for orders placed without an account. */
  get guestId(): string | undefined {
    return this.#cookies.get(NAMES.guest);
  }

  /** The number of items in the cart at the last read or write. */
  get cartCount(): number {
    const count = Number(this.#cookies.get(NAMES.cartCount));
    return Number.isInteger(count) ? Math.max(0, count) : 0;
  }

  /** The last order that this browser placed and that was unpaid when last read. */
  get unpaidOrderId(): string | undefined {
    return this.#cookies.get(NAMES.order);
  }

  /** The key with which an emailed link opened the order of this page. */
  get orderKey(): string | undefined {
    return this.#cookies.get(ORDER_KEY.name);
  }

  keepOrderKey(orderId: string, key: string): void {
    const path = `/orders/${orderId}`;
    this.#cookies.set(ORDER_KEY.name, key, {
      path,
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#secure,
      maxAge: ORDER_KEY.seconds,
    });
  }

  /** The shopper's choice about analytics, if any: `granted` or `declined`. */
  get consent(): string | undefined {
    return this.#cookies.get(NAMES.consent);
  }

  keepConsent(choice: 'granted' | 'declined'): void {
    this.#set(NAMES.consent, choice, CONSENT_SECONDS);
  }

  keepSession(session: Session): void {
    this.#set(NAMES.access, session.access_token, Math.max(1, session.expires_in - ACCESS_MARGIN_SECONDS));
    this.#set(NAMES.refresh, session.refresh_token, REFRESH_SECONDS);
  }

  dropSession(): void {
    this.#drop(NAMES.access);
    this.#drop(NAMES.refresh);
  }

  /** Stores the count and a guest's cart ID. A customer's cart ID is not a credential, so it never replaces the guest's. */
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

  /** Removes everything about the shopper, for the next user of this browser. */
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
