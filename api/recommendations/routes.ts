import { createHash } from 'node:crypto';
import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import { cartOwner } from '../cart/routes.ts';
import type { CartOwner } from '../cart/service.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { idParams } from '../contracts/common.ts';
import { companionQuery, recommendationChoicesPatch, recommendationQuery } from '../contracts/recommendations.ts';
import { hasConsented } from '../middleware/consent.ts';
import { identity } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { ShopperChoices } from './choices.ts';
import type { Recommendations } from './recommender.ts';
import { namesOf } from './shopper.ts';

export function recommendationRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { recommender } = deps;
  const choices = new ShopperChoices(deps.db, deps.cache, recommender.tastes);
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.get('/recommendations', limits.limit('catalog'), identify, async (ctx) => {
    const { limit, repeats } = parse(recommendationQuery, ctx.query, 'query');
    ctx.set('Cache-Control', 'private, no-store');
    answer(ctx, await recommender.forShopper(askerOf(ctx), hasConsented(ctx), { limit, repeats: repeats === 'true' }));
  });

  router.get('/products/:id/similar', limits.limit('catalog'), async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    const { limit } = parse(companionQuery, ctx.query, 'query');
    const found = await recommender.similarTo(id, limit);
    // Asked again each time, since any of it may be sold out in between; the same again costs no bytes.
    ctx.set('Cache-Control', 'no-cache');
    const body = textOf(found);
    const etag = `"${createHash('sha1').update(body).digest('base64url')}"`;
    ctx.set('ETag', etag);
    if (ctx.get('If-None-Match') === etag) {
      ctx.status = 304;
      return;
    }
    ctx.type = 'application/json';
    ctx.body = body;
  });

  router.get('/cart/suggestions', limits.limit('catalog'), identify, async (ctx) => {
    const { limit } = parse(companionQuery, ctx.query, 'query');
    ctx.set('Cache-Control', 'private, no-store');
    answer(ctx, await recommender.forCart(cartOwner(ctx), limit));
  });

  router.get('/recommendations/choices', limits.limit('api'), identify, async (ctx) => {
    ctx.set('Cache-Control', 'private, no-store');
    ctx.body = await choices.read(namesOf(askerOf(ctx)));
  });

  router.put('/recommendations/choices', limits.limit('api'), identify, async (ctx) => {
    const names = requireNames(ctx);
    const { personalised } = parse(recommendationChoicesPatch, ctx.request.body, 'body');
    await choices.choose(names, personalised);
    ctx.body = await choices.read(names);
  });

  router.delete('/recommendations/history', limits.limit('api'), identify, async (ctx) => {
    await choices.forget(requireNames(ctx));
    ctx.status = 204;
  });

  return router;
}

function askerOf(ctx: ApiContext): CartOwner {
  return { userId: ctx.state.identity?.userId, cartId: ctx.state.cartId };
}

/** @throws DomainError unauthenticated */
function requireNames(ctx: ApiContext): string[] {
  const names = namesOf(askerOf(ctx));
  if (names.length === 0) throw new DomainError('unauthenticated', 'Sign in, or send the X-Cart-Id of the cart.');
  return names;
}

function answer(ctx: ApiContext, recommendations: Recommendations): void {
  ctx.type = 'application/json';
  ctx.body = textOf(recommendations);
}

function textOf({ items, model }: Recommendations): string {
  return `{"items":[${items.join(',')}],"model":${JSON.stringify(model)}}`;
}
