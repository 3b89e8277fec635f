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
      summary: 'Get recommendations for the customer; an unknown customer gets popular products',
      headers: consentHeaders,
      query: recommendations.recommendationQuery,
      ok: list('Products in stock, each with its reason'),
    }),
  },
  '/api/products/{id}/similar': {
    get: operation({
      tag: 'Recommendations',
      summary: 'Get products that go with a product, then similar ones',
      params: idParams,
      query: recommendations.companionQuery,
      ok: list('Products in stock, each with its reason'),
      problems: { 404: 'Product not found' },
    }),
  },
  '/api/cart/suggestions': {
    get: operation({
      tag: 'Recommendations',
      summary: 'Get products that go with the account’s or guest’s cart',
      query: recommendations.companionQuery,
      ok: list('Products that are not in the cart; empty for an empty cart'),
    }),
  },
  '/api/recommendations/choices': {
    get: operation({
      tag: 'Recommendations',
      summary: 'Get the recommendation choices of the account or guest',
      ok: gives('The choices', recommendations.recommendationChoices),
    }),
    put: operation({
      tag: 'Recommendations',
      summary: 'Choose whether recommendations are personalizedized',
      access: 'owner',
      body: recommendations.recommendationChoicesPatch,
      ok: gives('The choices', recommendations.recommendationChoices),
    }),
  },
  '/api/recommendations/history': {
    delete: operation({
      tag: 'Recommendations',
      summary: 'Delete the recommendation history of the account or guest',
      access: 'owner',
      ok: done('The history is no longer used; its analytics events are anonymized within minutes'),
    }),
  },
};
