/** Seconds since 1970, as Stripe's `created`. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
