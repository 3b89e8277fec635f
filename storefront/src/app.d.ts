import type { Api } from './lib/server/api.ts';
import type { Consent } from './lib/server/consent.ts';

declare global {
  namespace App {
    interface Error {
      /** Names the request in the logs of storefront and API; shown on error pages. */
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
    }
  }
}
