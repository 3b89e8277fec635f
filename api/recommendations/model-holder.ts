/** Keeps the served model in memory: loads a newly served model in the background, and switches to it once it is complete. */
import { Scorer } from '../../domain/recommendations/scorer.ts';
import { decodeModel, type ServedModel } from '../../domain/recommendations/served-model.ts';
import type { Logger } from '../../infra/logger.ts';
import { Loop } from '../../infra/loop.ts';
import { readArtifact } from '../../infra/postgres/artifacts.ts';
import type { Database } from '../../infra/postgres/database.ts';
import type { ShelfProduct } from './shelf-reader.ts';

export const MODEL_ARTIFACT = 'model';

export interface LoadedModel {
  id: string;
  model: ServedModel;
  scorer: Scorer;
  /** Indexes in the model's `items`, by product ID. */
  indexById: ReadonlyMap<string, number>;
}

/** Every process switches to a newly served model within this time. */
const POLL_MS = 2_000;
/** Delay before a model that could not be loaded is retried, because its artifact may be repaired or PostgreSQL may be available again. */
const RETRY_MS = 60_000;

export class ModelHolder {
  readonly #db: Database;
  readonly #log: Logger;
  #loop: Loop | undefined;
  #loaded: LoadedModel | undefined;
  #failed: { id: string; retryAtMs: number } | undefined;
  #onSwap: ((served: LoadedModel | undefined) => void) | undefined;

  constructor(db: Database, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** Undefined until the first model is loaded. */
  get current(): LoadedModel | undefined {
    return this.#loaded;
  }

  /** Returns the model's string for a product ID, so that equal IDs in caches share one string. Other IDs are returned unchanged. */
  canonical(productId: string): string {
    const index = this.#loaded?.indexById.get(productId);
    return index === undefined ? productId : this.#loaded!.model.items[index]!;
  }

  /** Starts loading in the background. Until a model is loaded, recommendations work without one. */
  start(onSwap: (served: LoadedModel | undefined) => void): void {
    this.#onSwap = onSwap;
    this.#loop = Loop.every(
      POLL_MS,
      () => this.#poll(),
      (error) => this.#log.warn({ err: error }, 'recommendations: the served model could not be looked up'),
    );
  }

  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  async #poll(): Promise<void> {
    const serving = await this.#db.row(this.#db.query.selectFrom('recommendation_serving').select('model_id'));
    const id = serving?.model_id;
    if (id === this.#loaded?.id) return;
    if (id === undefined) return this.#swap(undefined);
    if (this.#failed?.id === id && Date.now() < this.#failed.retryAtMs) return;
    try {
      const bytes = await readArtifact(this.#db, id, MODEL_ARTIFACT);
      if (!bytes) throw new Error(`model ${id} has no stored artifact`);
      const model = decodeModel(bytes);
      const indexById = new Map(model.items.map((item, index) => [item, index]));
      this.#swap({ id, model, scorer: new Scorer(model), indexById });
    } catch (error) {
      this.#failed = { id, retryAtMs: Date.now() + RETRY_MS };
      this.#log.error(
        { err: error, model: id, serving: this.#loaded?.id },
        'recommendations: the served model can’t be loaded; the previous one stays in use. Publish another model or roll back',
      );
    }
  }

  #swap(served: LoadedModel | undefined): void {
    this.#loaded = served;
    this.#log.info({ model: served?.id, products: served?.model.items.length }, 'recommendations: model switched');
    this.#onSwap?.(served);
  }
}

/** Indexes in the model of all variants of a product that the model has. */
export function variantIndexes({ indexById }: LoadedModel, { variants }: ShelfProduct): number[] {
  return variants.flatMap((id) => indexById.get(id) ?? []);
}
