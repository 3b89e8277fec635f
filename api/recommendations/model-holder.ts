/** The model that this process asks: what PostgreSQL says is served, loaded beside the one before and swapped when it is whole. */
import { setTimeout as delay } from 'node:timers/promises';
import { Scorer } from '../../domain/recommendations/scorer.ts';
import { decodeModel, type ServedModel } from '../../domain/recommendations/served-model.ts';
import type { Logger } from '../../infra/logger.ts';
import { readArtifact } from '../../infra/postgres/artifacts.ts';
import type { Database } from '../../infra/postgres/database.ts';
import type { ShelfProduct } from './shelf-reader.ts';

export const MODEL_ARTIFACT = 'model';

export interface HeldModel {
  id: string;
  model: ServedModel;
  scorer: Scorer;
  /** Product's id → its place in the model. */
  placeOf: ReadonlyMap<string, number>;
}

/** How often the table is looked at: a switch is seen by every process within it. */
const POLL_MS = 2_000;
/** A model that can't be loaded is tried again after this long; it may be repaired, or PostgreSQL was restarted in between. */
const RETRY_MS = 60_000;

export class ModelHolder {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #held: HeldModel | undefined;
  #refused: { id: string; untilMs: number } | undefined;
  #onSwap: ((reserved: HeldModel | undefined) => void) | undefined;

  constructor(db: Database, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** undefined before the first model, and until it is loaded. */
  get current(): HeldModel | undefined {
    return this.#held;
  }

  /** The model's own string for a product's id. */
  canonical(productId: string): string {
    const place = this.#held?.placeOf.get(productId);
    return place === undefined ? productId : this.#held!.model.items[place]!;
  }

  /** Nobody waits for it: without a model there are answers too. */
  start(onSwap: (reserved: HeldModel | undefined) => void): void {
    this.#onSwap = onSwap;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        this.#log.warn({ err: error }, 'recommendations: the served model could not be looked up');
      }
      await delay(POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const serving = await this.#db.row(this.#db.query.selectFrom('recommendation_serving').select('model_id'));
    const id = serving?.model_id;
    if (id === this.#held?.id) return;
    if (id === undefined) return this.#swap(undefined);
    if (this.#refused?.id === id && Date.now() < this.#refused.untilMs) return;
    try {
      const bytes = await readArtifact(this.#db, id, MODEL_ARTIFACT);
      if (!bytes) throw new Error(`model ${id} has no stored artifact`);
      const model = decodeModel(bytes);
      const placeOf = new Map(model.items.map((item, place) => [item, place]));
      this.#swap({ id, model, scorer: new Scorer(model), placeOf });
    } catch (error) {
      this.#refused = { id, untilMs: Date.now() + RETRY_MS };
      this.#log.error(
        { err: error, model: id, serving: this.#held?.id },
        'recommendations: the served model can’t be loaded; the previous one stays in use. Publish another model or roll back',
      );
    }
  }

  #swap(reserved: HeldModel | undefined): void {
    this.#held = reserved;
    this.#log.info({ model: reserved?.id, products: reserved?.model.items.length }, 'recommendations: model switched');
    this.#onSwap?.(reserved);
  }
}

/** Places in the model of all that is sold under one name in lists. */
export function placesOf(reserved: HeldModel, { variants }: ShelfProduct): number[] {
  return variants.flatMap((id) => reserved.placeOf.get(id) ?? []);
}
