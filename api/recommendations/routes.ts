import { createHash } from 'node:crypto';
import { answerUnlessUnchanged } from '../cached-json.ts';
import { cartOwner } from '../cart/routes.ts';
import type { CartOwner } from '../cart/service.ts';
import type { ApiContext } from '../context.ts';
import { consentHeaders } from '../contracts/analytics.ts';
import { idParams } from '../contracts/common.ts';
import {
  companionQuery,
  recommendationChoices,
  recommendationChoicesPatch,
  recommendationList,
  recommendationQuery,
} from '../contracts/recommendations.ts';
import { hasConsented } from '../middleware/consent.ts';
import { done, gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { ShopperChoices } from './choices.ts';
import type { Recommendations } from './recommender.ts';
import { namesOf } from './shopper.ts';

const REFUSAL = 'Sign in, or send the X-Cart-Id of the cart.';

export const recommendationRoutes = declareRoutes(
  ({ recommender, db, cache }) => ({ recommender, choices: new ShopperChoices(db, cache, recommender.tastes) }),
  (route) => [
    route({
      method: 'get',
      path: '/recommendations',
      tag: 'Recommendations',
      summary: 'Get recommendations for the customer; an unknown customer gets popular products',
      access: 'anyone',
      limit: 'catalog',
      headers: consentHeaders,
      query: recommendationQuery,
      ok: gives('Products in stock, each with its reason', recommendationList),
      async respond({ ctx, query: { limit, repeats } }, { recommender }) {
        ctx.set('Cache-Control', 'private, no-store');
        const wanted = { limit, repeats: repeats === 'true' };
        answer(ctx, await recommender.forShopper(requesterOf(ctx), hasConsented(ctx), wanted));
      },
    }),

    route({
      method: 'get',
      path: '/products/{id}/similar',
      tag: 'Recommendations',
      summary: 'Get products that go with a product, then similar ones',
      access: 'public',
      limit: 'catalog',
      params: idParams,
      query: companionQuery,
      ok: gives('Products in stock, each with its reason', recommendationList),
      problems: { 404: 'Product not found' },
      async respond({ ctx, params, query }, { recommender }) {
        answerUnlessKnown(ctx, await recommender.similarTo(params.id, query.limit));
      },
    }),

    route({
      method: 'get',
      path: '/cart/suggestions',
      tag: 'Recommendations',
      summary: 'Get products that go with the account’s or guest’s cart',
      access: 'anyone',
      limit: 'catalog',
      query: companionQuery,
      ok: gives('Products that are not in the cart; empty for an empty cart', recommendationList),
      async respond({ ctx, query }, { recommender }) {
        ctx.set('Cache-Control', 'private, no-store');
        answer(ctx, await recommender.forCart(cartOwner(ctx), query.limit));
      },
    }),

    route({
      method: 'get',
      path: '/recommendations/choices',
      tag: 'Recommendations',
      summary: 'Get the recommendation choices of the account or guest',
      access: 'anyone',
      limit: 'reads',
      ok: gives('The choices', recommendationChoices),
      handle({ ctx }, { choices }) {
        ctx.set('Cache-Control', 'private, no-store');
        return choices.read(namesOf(requesterOf(ctx)));
      },
    }),

    route({
      method: 'put',
      path: '/recommendations/choices',
      tag: 'Recommendations',
      summary: 'Choose whether recommendations are personalized',
      access: 'shopper',
      refusal: REFUSAL,
      limit: 'api',
      body: recommendationChoicesPatch,
      ok: gives('The choices', recommendationChoices),
      async handle({ ctx, body }, { choices }) {
        const names = namesOf(requesterOf(ctx));
        await choices.choose(names, body.personalized);
        return choices.read(names);
      },
    }),

    route({
      method: 'delete',
      path: '/recommendations/history',
      tag: 'Recommendations',
      summary: 'Delete the recommendation history of the account or guest',
      access: 'shopper',
      refusal: REFUSAL,
      limit: 'api',
      ok: done('The history is no longer used; its analytics events are anonymized within minutes'),
      handle: ({ ctx }, { choices }) => choices.forget(namesOf(requesterOf(ctx))),
    }),
  ],
);

function requesterOf(ctx: ApiContext): CartOwner {
  return { userId: ctx.state.identity?.userId, cartId: ctx.state.cartId };
}

/** Clients revalidate every time, because products may have sold out; an unchanged list is a 304. */
function answerUnlessKnown(ctx: ApiContext, recommendations: Recommendations): void {
  ctx.set('Cache-Control', 'no-cache');
  const body = textOf(recommendations);
  answerUnlessUnchanged(ctx, `"${createHash('sha1').update(body).digest('base64url')}"`, body);
}

function answer(ctx: ApiContext, recommendations: Recommendations): void {
  ctx.type = 'application/json';
  ctx.body = textOf(recommendations);
}

function textOf({ items, model }: Recommendations): string {
  return `{"items":[${items.join(',')}],"model":${JSON.stringify(model)}}`;
}
