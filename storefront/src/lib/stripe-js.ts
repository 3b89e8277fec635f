/** Loads Stripe.js, which must come from Stripe's domain, and declares the parts that payments use. */

/** The release that matches the API version of the server's Stripe library. */
const SCRIPT = 'https://js.stripe.com/endive/stripe.js';

export interface StripePaymentElement {
  mount(element: HTMLElement): void;
  on(event: 'ready', handler: () => void): void;
  destroy(): void;
}

export interface StripeElements {
  create(type: 'payment', options?: Record<string, unknown>): StripePaymentElement;
}

export interface StripeClient {
  elements(options: { clientSecret: string; appearance?: Record<string, unknown> }): StripeElements;
  confirmPayment(options: {
    elements: StripeElements;
    confirmParams: { return_url: string };
    redirect: 'if_required';
  }): Promise<{ error?: { message?: string } }>;
}

declare global {
  interface Window {
    Stripe?: (publishableKey: string) => StripeClient;
  }
}

let loading: Promise<void> | undefined;

/** @throws Error when Stripe.js cannot be loaded; the next call retries */
export async function loadStripe(publishableKey: string): Promise<StripeClient> {
  if (!window.Stripe) {
    loading ??= addScript().finally(() => {
      loading = undefined;
    });
    await loading;
  }
  if (!window.Stripe) throw new Error('Stripe.js did not load.');
  return window.Stripe(publishableKey);
}

function addScript(): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = SCRIPT;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error('Stripe.js did not load.'));
    };
    document.head.append(script);
  });
}
