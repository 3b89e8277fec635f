import { defineEntity, p } from '@mikro-orm/core';

export const RecommendationModel = defineEntity({
  name: 'RecommendationModel',
  tableName: 'recommendation_models',
  properties: {
    id: p.string().length(64).primary(),
    trainedUntil: p.datetime(),
    /** Its evaluation: sizes, and scores compared with the model that was served then. */
    report: p.json().$type<object>().defaultRaw("'{}'"),
    /** When it was first served; null for a model that was not good enough. */
    publishedAt: p.datetime().nullable(),
    /** The model that it replaced then, to which a rollback returns. */
    servedBefore: p.string().length(64).nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

export const RecommendationPart = defineEntity({
  name: 'RecommendationPart',
  tableName: 'recommendation_parts',
  properties: {
    owner: p.string().length(64).primary(),
    name: p.string().length(40).primary(),
    part: p.integer().primary(),
    bytes: p.blob(),
  },
});

/** An artifact exists when its row here does: parts without a row are from a writer that was killed. */
export const RecommendationArtifact = defineEntity({
  name: 'RecommendationArtifact',
  tableName: 'recommendation_artifacts',
  properties: {
    owner: p.string().length(64).primary(),
    name: p.string().length(40).primary(),
    parts: p.integer(),
    byteCount: p.bigint('number'),
    sha256: p.character().length(64).fieldName('sha256'),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** At most one row: updating it switches the served model. */
export const RecommendationServing = defineEntity({
  name: 'RecommendationServing',
  tableName: 'recommendation_serving',
  properties: {
    one: p.boolean().primary().default(true),
    modelId: p.string().length(64),
    since: p.datetime().defaultRaw('now()'),
  },
});

/** What a shopper chose about recommendations. Guests are identified by the hash of their cart's ID, as in the analytics events. */
export const ShopperChoice = defineEntity({
  name: 'ShopperChoice',
  tableName: 'shopper_choices',
  properties: {
    who: p.text().primary(),
    personalized: p.boolean().default(true),
    /** Behavior recorded before this time is ignored. */
    forgottenAt: p.datetime().nullable(),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

/** A view. Purchases for training and recommendations, net of refunds: a line with all units refunded is not a purchase. */
export const PurchasedLine = defineEntity({
  name: 'PurchasedLine',
  tableName: 'purchased_lines',
  properties: {
    orderId: p.uuid().primary(),
    productId: p.uuid().primary(),
    userId: p.uuid().nullable(),
    paidAt: p.datetime(),
  },
});
