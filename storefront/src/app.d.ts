import type { Api } from './lib/server/api.ts';
import type { Consent } from './lib/server/consent.ts';

declare global {
  namespace App {
    interface Error {
      /** Identifies the request in the logs of the storefront and the API; shown on error pages. */
      requestId?: string;
    }
    interface Locals {
      requestId: string;
      api: Api;
      consent: Consent;
    }
    interface PageData {
      title?: string;
      cartCount?: number;
      /** The server's time when the cart was read, in milliseconds. */
      countedAt?: number;
    }
  }
}
