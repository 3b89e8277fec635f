/** The recommendation model, as administrators see it. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { idempotencyHeaders } from '../contracts/common.ts';
import * as recommendations from '../contracts/recommendations.ts';
import { gives, operation } from './operation.ts';

const AWAY = 'The workflow that trains does not answer just now';

export const retrainingPaths: ZodOpenApiPathsObject = {
  '/api/admin/recommendations': {
    get: operation({
      tag: 'Recommendations',
      summary: 'Which model is served, which can be, and how the retraining stands',
      access: 'admin',
      ok: gives('Models and the retraining', recommendations.recommendationState),
      problems: { 503: AWAY },
    }),
  },
  '/api/admin/recommendations/retrain': {
    post: operation({
      tag: 'Recommendations',
      summary: 'Train a new model, and publish it when it is not worse than the one served',
      access: 'admin',
      headers: idempotencyHeaders,
      body: recommendations.retrainBody,
      ok: gives('It is under way', recommendations.retrainAnswer, 202),
      problems: { 503: AWAY },
    }),
  },
  '/api/admin/recommendations/rollback': {
    post: operation({
      tag: 'Recommendations',
      summary: 'Serve the model again that was served before the current one',
      access: 'admin',
      headers: idempotencyHeaders,
      body: recommendations.rollbackBody,
      ok: gives('The model that is served now', recommendations.rollbackAnswer),
      problems: { 409: 'There is none, or a new one is being published', 503: AWAY },
    }),
  },
};
