/** Unix time in seconds, like Stripe's `created`. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
