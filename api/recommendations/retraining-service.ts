/** Administrators' operations on the recommendation model: read its state, retrain it, and roll back to the previous one. */
import { type UpdateDefinition, WorkflowNotFoundError } from '@temporalio/client';
import type { NotNull } from 'kysely';
import { DomainError } from '../../domain/errors.ts';
import type { Figure, ModelScores } from '../../domain/recommendations/publication-check.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { selectKeptModels } from '../../infra/postgres/kept-models.ts';
import {
  RETRAINING_ID,
  type RetrainAnswer,
  type RetrainingView,
  type RollbackAnswer,
  retrainingQuery,
  retrainUpdate,
  rollbackUpdate,
} from '../../workflows/recommendations/messages.ts';
import { retrainingStart } from '../../workflows/recommendations/start.ts';
import type { ApiDependencies } from '../context.ts';
import type { RecommendationState } from '../contracts/recommendations.ts';
import { answerDeadline, callWorkflow, isFailedPrecondition, updateWithStart } from '../temporal-call.ts';

type Deps = Pick<ApiDependencies, 'temporal' | 'db'>;
type Model = RecommendationState['models'][number];

interface AdminRequest {
  /** `<role>:<user id>` */
  actor: string;
  /** The same for a repeated request. */
  requestId: string;
}

/** @throws DomainError unavailable */
export function retrain(
  deps: Deps,
  { actor, requestId, reason, publishAnyway }: AdminRequest & { reason?: string | undefined; publishAnyway: boolean },
): Promise<RetrainAnswer> {
  return request(deps, retrainUpdate, {
    requestId,
    requestedBy: actor,
    reason: reason ?? 'requested through the API',
    publishAnyway,
  });
}

/** Serves the previous model again. @throws DomainError conflict if there is none; unavailable */
export function rollBack(
  deps: Deps,
  { actor, requestId, reason }: AdminRequest & { reason: string },
): Promise<RollbackAnswer> {
  return request(deps, rollbackUpdate, { requestId, requestedBy: actor, reason });
}

/** @throws DomainError unavailable when the workflow does not answer */
export async function recommendationState(deps: Deps): Promise<RecommendationState> {
  const [models, retraining] = await Promise.all([readModels(deps.db), viewRetraining(deps)]);
  return {
    serving: models.find(({ serving }) => serving)?.id ?? null,
    models,
    retraining: {
      workflow_id: RETRAINING_ID,
      stage: retraining.stage,
      progress: retraining.fraction,
      last: retraining.last,
    },
  };
}

/** Sends an update to the workflow, which is started without a training if it is not running. */
function request<Result, Request>(
  { temporal }: Deps,
  update: UpdateDefinition<Result, [Request]>,
  body: Request & { requestId: string },
): Promise<Result> {
  return updateWithStart(temporal, retrainingStart({ train: false }), update, body, body.requestId);
}

const IDLE: RetrainingView = { stage: 'idle', fraction: 0, last: null };

async function viewRetraining({ temporal }: Deps): Promise<RetrainingView> {
  const handle = temporal.workflow.getHandle(RETRAINING_ID);
  try {
    return await callWorkflow(async () => {
      try {
        return await temporal.withDeadline(answerDeadline(), () => handle.query(retrainingQuery));
      } catch (error) {
        // No model has been trained yet.
        if (error instanceof WorkflowNotFoundError) return IDLE;
        throw error;
      }
    });
  } catch (error) {
    // Temporal refuses a query both to a run that was terminated before its first task, which trains nothing, and to a stuck run.
    const isRefused = error instanceof DomainError && error.cause && isFailedPrecondition(error.cause);
    if (isRefused && (await handle.describe()).status.name !== 'RUNNING') return IDLE;
    throw error;
  }
}

/** The parts of the worker's report on a model that are used here. */
interface ModelReport {
  facts?: { lines: number; shoppers: number; products: number };
  scores?: ModelScores;
}

async function readModels(sql: Sql): Promise<Model[]> {
  const rows = await sql.rows(
    selectKeptModels(sql)
      .leftJoin('recommendation_serving as serving', 'serving.model_id', 'model.id')
      .select(['model.id', 'model.trained_until', 'model.published_at', 'model.report', 'serving.model_id'])
      .$narrowType<{ published_at: NotNull }>(),
  );
  return rows.map(({ id, model_id, trained_until, published_at, report }) => {
    const { facts, scores }: ModelReport = report;
    return {
      id,
      serving: model_id !== null,
      trained_until: trained_until.toISOString(),
      published_at: published_at.toISOString(),
      lines: facts?.lines ?? 0,
      shoppers: facts?.shoppers ?? 0,
      products: facts?.products ?? 0,
      scores: scores ? presentScores(scores) : null,
    };
  });
}

function presentScores({ newItems, anyItems, together, coverage }: ModelScores): NonNullable<Model['scores']> {
  const figure = ({ mean, low, high, count }: Figure) => ({ mean, low, high, count });
  return { new_items: figure(newItems), any_items: figure(anyItems), together: figure(together), coverage };
}
