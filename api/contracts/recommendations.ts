import { z } from 'zod';
import { REASON_KINDS } from '../../domain/recommendations/reasons.ts';
import { productSummary } from './catalog.ts';
import { limit, reason, uuid } from './common.ts';

export const recommendationReason = z
  .object({
    kind: z.enum(REASON_KINDS),
    text: z.string().meta({ examples: ['Because you bought Stoneware mug'] }),
    product_id: uuid.nullable().meta({ description: 'The product that the reason refers to, if any' }),
  })
  .meta({ id: 'RecommendationReason' });

export const recommendation = productSummary.extend({ reason: recommendationReason }).meta({ id: 'Recommendation' });
export type Recommendation = z.infer<typeof recommendation>;

export const recommendationList = z
  .object({
    items: z.array(recommendation),
    model: z.string().meta({
      description:
        'ID of the model that selected the products, for `impression` and `click` events; `untrained` before the first model',
    }),
  })
  .meta({ id: 'Recommendations' });
export type RecommendationList = z.infer<typeof recommendationList>;

export const recommendationQuery = z.strictObject({
  limit: limit(10, 30),
  repeats: z.enum(['true', 'false']).default('false').meta({
    description: '`true` includes products that the customer bought before; `false` returns only new ones',
  }),
});

export const companionQuery = z.strictObject({ limit: limit(10, 30) });

export const recommendationChoices = z
  .object({
    personalized: z.boolean().meta({ description: 'Whether recommendations use the customer’s activity' }),
    forgotten_at: z.iso.datetime().nullable().meta({ description: 'Activity before this time is not used' }),
  })
  .meta({ id: 'RecommendationChoices' });
export type RecommendationChoices = z.infer<typeof recommendationChoices>;

export const recommendationChoicesPatch = z.strictObject({ personalized: z.boolean() });

const score = z.object({ mean: z.number(), low: z.number(), high: z.number(), count: z.number().int() });
const scores = z.object({ new_items: score, any_items: score, together: score, coverage: z.number() });

export const recommendationModel = z
  .object({
    id: z.string(),
    serving: z.boolean(),
    trained_until: z.iso.datetime(),
    published_at: z.iso.datetime(),
    lines: z.number().int(),
    shoppers: z.number().int(),
    products: z.number().int(),
    scores: scores.nullable().meta({ description: 'NDCG@10 on held-out interactions; null if there were too few' }),
  })
  .meta({ id: 'RecommendationModel' });

export const retrainingState = z
  .object({
    workflow_id: z.string(),
    stage: z.enum(['idle', 'export', 'train', 'evaluate', 'publish']),
    progress: z.number().meta({ description: 'Progress of the stage, 0–1' }),
    last: z
      .object({
        outcome: z.enum(['published', 'kept', 'canceled', 'failed']),
        sentence: z.string(),
        at: z.iso.datetime(),
      })
      .nullable(),
  })
  .meta({ id: 'RetrainingState' });

export const recommendationState = z
  .object({
    serving: z.string().nullable().meta({ description: 'ID of the served model' }),
    models: z.array(recommendationModel).meta({ description: 'Models that can be served, newest first' }),
    retraining: retrainingState,
  })
  .meta({ id: 'RecommendationState' });
export type RecommendationState = z.infer<typeof recommendationState>;

export const retrainBody = z.strictObject({
  reason: reason.optional(),
  publish_anyway: z
    .boolean()
    .default(false)
    .meta({ description: 'Publish the model even if it scores worse or the exported data looks unusual' }),
});
export const retrainAnswer = z
  .object({
    workflow_id: z.string(),
    started: z.boolean().meta({ description: 'false if a retraining was already in progress; it continues' }),
  })
  .meta({ id: 'RetrainingStarted' });
export const rollbackBody = z.strictObject({ reason });
export const rollbackAnswer = z.object({ model: z.string() }).meta({ id: 'RolledBack' });
