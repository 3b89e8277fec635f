/** Scores the new model's twin and the served model's on purchases that neither has seen, and decides whether to publish. */
import { judge, type ModelScores } from '../../../domain/recommendations/publication-check.ts';
import { decodeModel, type ServedModel } from '../../../domain/recommendations/served-model.ts';
import type { ScoredItem } from '../../../domain/recommendations/top-items.ts';
import { ArtifactDamaged, readArtifact } from '../../../infra/postgres/artifacts.ts';
import type { Database } from '../../../infra/postgres/database.ts';
import { evaluate, type ListMaker, type Scores, type Truth, truthOf } from '../model/evaluation.ts';
import { Recommender } from '../model/recommender.ts';
import type { Evaluated, EvaluateInput, ReportProgress } from './job-messages.ts';
import { readServing } from './model-store.ts';
import { historyBefore, purchasesFrom } from './split-history.ts';
import { readHistory } from './train-models.ts';

/** Maximum number of scored lists per kind. A mean of this many is accurate to .003, and more would only take time. */
const MAX_LISTS = 10_000;

/** Safe to repeat: it only reads. */
export async function evaluateModels(
  db: Database,
  margin: number,
  { retrainingId, heldOutFromMs, publishAnyway }: EvaluateInput,
  report: ReportProgress,
): Promise<Evaluated> {
  const whole = await readHistory(db, retrainingId);
  const before = historyBefore(whole, heldOutFromMs);
  const truth = sampled(truthOf(before, purchasesFrom(whole, heldOutFromMs)));
  const twin = await readTwin(db, retrainingId);
  const served = await readServing(db);
  const score = (lists: ListMaker, from: number, detail: string): ModelScores =>
    figuresOf(
      evaluate(
        withProgress(lists, truth, (done) => report(from + done / 2, detail)),
        truth,
        before.items.length,
      ),
    );
  const scores = score(new Recommender(twin, before, heldOutFromMs), 0, 'the new model');
  const opponentTwin = served && (await readOpponent(db, served.modelId, publishAnyway));
  const opponent = opponentTwin
    ? new Recommender(opponentTwin, before, heldOutFromMs)
    : new PopularityLists(twin, truth);
  const opponentName = served && opponentTwin ? `the served model ${served.modelId}` : 'bestsellers';
  const opponentScores = score(opponent, 0.5, opponentName);
  return {
    scores,
    against: opponentTwin ? served!.modelId : null,
    served: served?.modelId ?? null,
    opponentScores,
    verdict: judge({
      candidate: scores,
      opponent: opponentScores,
      opponentAtFirst: opponentTwin && served?.report.scores,
      opponentName,
      margin,
    }),
  };
}

/** @throws RangeError when the twin is missing or is not a model */
async function readTwin(db: Database, owner: string): Promise<ServedModel> {
  const bytes = await readArtifact(db, owner, 'twin');
  if (!bytes) throw new RangeError(`the evaluation copy of ${owner} no longer exists`);
  return decodeModel(bytes);
}

/** Reads the opponent. With `publishAnyway`, a damaged or missing one does not prevent publication. */
async function readOpponent(db: Database, modelId: string, publishAnyway: boolean): Promise<ServedModel | undefined> {
  try {
    return await readTwin(db, modelId);
  } catch (error) {
    if (publishAnyway && (error instanceof RangeError || error instanceof ArtifactDamaged)) return undefined;
    throw error;
  }
}

/** Recommends current bestsellers to everybody: the baseline that the first model has to beat. */
class PopularityLists implements ListMaker {
  readonly #popular: readonly ScoredItem[];
  readonly #before: Truth['before'];

  constructor({ popular }: ServedModel, { before }: Truth) {
    this.#popular = Array.from(popular, (item, place) => ({ item, score: -place }));
    this.#before = before;
  }

  newItems(customer: number): ScoredItem[] {
    const known = this.#before.get(customer);
    return this.#without((item) => known?.has(item) ?? false);
  }

  anyItems(): ScoredItem[] {
    return this.#without(() => false);
  }

  similarItems(requested: number): ScoredItem[] {
    return this.#without((item) => item === requested);
  }

  #without(isLeftOut: (item: number) => boolean, count = 10): ScoredItem[] {
    const list: ScoredItem[] = [];
    for (const each of this.#popular) {
      if (list.length === count) break;
      if (!isLeftOut(each.item)) list.push(each);
    }
    return list;
  }
}

/** Reports the progress of an evaluation by the number of requested lists. */
function withProgress(lists: ListMaker, truth: Truth, report: (done: number) => void): ListMaker {
  const expected = truth.byCustomer.size * 2 + truth.invoices.length;
  let requested = 0;
  const counted = <Answer>(answer: Answer): Answer => {
    requested += 1;
    if (requested % 100 === 0) report(Math.min(1, requested / expected));
    return answer;
  };
  return {
    newItems: (customer) => counted(lists.newItems(customer)),
    anyItems: (customer) => counted(lists.anyItems(customer)),
    similarItems: (item) => counted(lists.similarItems(item)),
  };
}

/** Selects shoppers and baskets that are spread evenly over all, the same ones each time. */
function sampled({ byCustomer, before, invoices }: Truth): Truth {
  const spread = <Each>(all: readonly Each[]): Each[] => {
    const step = Math.max(1, all.length / MAX_LISTS);
    return Array.from({ length: Math.min(all.length, MAX_LISTS) }, (_, place) => all[Math.floor(place * step)]!);
  };
  return { byCustomer: new Map(spread([...byCustomer])), before, invoices: spread(invoices) };
}

function figuresOf({ newItems, anyItems, similarItems, coverage }: Scores): ModelScores {
  return { newItems, anyItems, together: similarItems, coverage };
}
