import { randomUUID } from 'node:crypto';
import { personActor } from '../../domain/identity.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import { RETRAINING_ID } from '../../workflows/recommendations/messages.ts';
import { idempotencyHeaders } from '../contracts/common.ts';
import {
  recommendationState,
  retrainAnswer,
  retrainBody,
  rollbackAnswer,
  rollbackBody,
} from '../contracts/recommendations.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { recommendationState as readState, retrain, rollBack } from './retraining-service.ts';

const AWAY = 'The retraining workflow is unavailable';

export const retrainingRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'get',
      path: '/admin/recommendations',
      tag: 'Recommendations',
      summary: 'Get the served model, the available models, and the retraining status',
      access: 'admin',
      limit: 'reads',
      ok: gives('The models and the retraining status', recommendationState),
      problems: { 503: AWAY },
      handle({ ctx }, deps) {
        ctx.set('Cache-Control', 'no-store');
        return readState(deps);
      },
    }),

    route({
      method: 'post',
      path: '/admin/recommendations/retrain',
      tag: 'Recommendations',
      summary: 'Train a new model and publish it unless it scores worse than the served model',
      access: 'admin',
      limit: 'api',
      headers: idempotencyHeaders,
      body: retrainBody,
      ok: gives('The retraining is in progress', retrainAnswer, 202),
      problems: { 503: AWAY },
      async handle({ identity, headers, body: { reason, publish_anyway: publishAnyway } }, deps) {
        const actor = personActor('admin', identity.userId);
        const requestId = requestIdOf('retrain', headers, actor);
        const { started } = await retrain(deps, { actor, requestId, reason, publishAnyway });
        return { workflow_id: RETRAINING_ID, started };
      },
    }),

    route({
      method: 'post',
      path: '/admin/recommendations/rollback',
      tag: 'Recommendations',
      summary: 'Roll back to the previously served model',
      access: 'admin',
      limit: 'api',
      headers: idempotencyHeaders,
      body: rollbackBody,
      ok: gives('The served model', rollbackAnswer),
      problems: { 409: 'No earlier model is available, or a new model is being published', 503: AWAY },
      handle({ identity, headers, body }, deps) {
        const actor = personActor('admin', identity.userId);
        return rollBack(deps, { actor, requestId: requestIdOf('rollback', headers, actor), reason: body.reason });
      },
    }),
  ],
);

/** The same ID for a repeated request, so that it does not roll back another time. A key of one operation is none of another. */
function requestIdOf(
  operation: 'retrain' | 'rollback',
  { 'idempotency-key': key }: { 'idempotency-key'?: string },
  actor: string,
): string {
  return key === undefined ? randomUUID() : uuidFrom(ID_NAMESPACES.retraining, `${operation}:${actor}:${key}`);
}
