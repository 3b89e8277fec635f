/** The recommendation model, as administrators see it. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { idempotencyHeaders } from '../contracts/common.ts';
import * as recommendations from '../contracts/recommendations.ts';
import { gives, operation } from './operation.ts';

const AWAY = 'The retraining workflow is unavailable';

export const retrainingPaths: ZodOpenApiPathsObject = {
  '/api/admin/recommendations': {
    get: operation({
      tag: 'Recommendations',
      summary: 'Get the served model, the available models, and the retraining status',
      access: 'admin',
      ok: gives('The models and the retraining status', recommendations.recommendationState),
      problems: { 503: AWAY },
    }),
  },
  '/api/admin/recommendations/retrain': {
    post: operation({
      tag: 'Recommendations',
      summary: 'Train a new model and publish it unless it scores worse than the served model',
      access: 'admin',
      headers: idempotencyHeaders,
      body: recommendations.retrainBody,
      ok: gives('The retraining is in progress', recommendations.retrainAnswer, 202),
      problems: { 503: AWAY },
    }),
  },
  '/api/admin/recommendations/rollback': {
    post: operation({
      tag: 'Recommendations',
      summary: 'Roll back to the previously served model',
      access: 'admin',
      headers: idempotencyHeaders,
      body: recommendations.rollbackBody,
      ok: gives('The served model', recommendations.rollbackAnswer),
      problems: { 409: 'No earlier model is available, or a new model is being published', 503: AWAY },
    }),
  },
};
