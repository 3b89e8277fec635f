/** What shoppers are shown, and what they choose about it. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { consentHeaders } from '../contracts/analytics.ts';
import { idParams } from '../contracts/common.ts';
import * as recommendations from '../contracts/recommendations.ts';
import { done, gives, operation } from './operation.ts';

const list = (description: string) => gives(description, recommendations.recommendationList);

export const recommendationPaths: ZodOpenApiPathsObject = {
  '/api/recommendations': {
    get: operation({
      tag: 'Recommendations',
      summary: 'For the shopper; for somebody unknown, what is popular now',
      headers: consentHeaders,
      query: recommendations.recommendationQuery,
      ok: list('In stock, varied, each with its reason'),
    }),
  },
  '/api/products/{id}/similar': {
    get: operation({
      tag: 'Recommendations',
      summary: 'What goes well with a product, then what is like it',
      params: idParams,
      query: recommendations.companionQuery,
      ok: list('In stock, each with its reason'),
      problems: { 404: 'No such product' },
    }),
  },
  '/api/cart/suggestions': {
    get: operation({
      tag: 'Recommendations',
      summary: 'What goes well with the cart of the account or the guest',
      query: recommendations.companionQuery,
      ok: list('Nothing that is in the cart; none for an empty cart'),
    }),
  },
  '/api/recommendations/choices': {
    get: operation({
      tag: 'Recommendations',
      summary: 'What the account, or the guest by their cart, chose',
      ok: gives('The choices', recommendations.recommendationChoices),
    }),
    put: operation({
      tag: 'Recommendations',
      summary: 'Choose whether recommendations are personal',
      access: 'owner',
      body: recommendations.recommendationChoicesPatch,
      ok: gives('The choices', recommendations.recommendationChoices),
    }),
  },
  '/api/recommendations/history': {
    delete: operation({
      tag: 'Recommendations',
      summary: 'Forget what the account, or the guest by their cart, did until now',
      access: 'owner',
      ok: done('Not used any more from now on; the name is taken off the analytics events within minutes'),
    }),
  },
};
