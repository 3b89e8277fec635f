import { type Measure, named, percent, score } from '../../domain/recommendations/publication-check.ts';
import { atTime, plain, table } from '../shared/markdown.ts';
import type { CurrentRetraining, RetrainingCase } from './case.ts';
import { RETRAINING_STAGES, type RetrainingStage } from './messages.ts';

const STAGES: Readonly<Record<RetrainingStage, string>> = {
  export: 'Export of purchases, carts and views',
  train: 'Training of the new model and its twin',
  evaluate: 'Evaluation on purchases held out',
  publish: 'Publication',
};

/** The case in Markdown, for staff: which model is served, what is under way and what it found, how the last one ended, what can be done. */
export function describeRetraining(retraining: RetrainingCase): string {
  const parts = ['### Recommendation model', servedText(retraining)];
  if (retraining.current) parts.push(...currentText(retraining, retraining.current));
  else if (retraining.wish) parts.push('A retraining is about to begin.');
  if (retraining.last)
    parts.push(`**Last retraining** (${atTime(retraining.last.at)}): ${plain(retraining.last.sentence)}.`);
  else if (!retraining.current && !retraining.wish) parts.push('Nothing was trained yet.');
  parts.push(whatCanBeDone(retraining));
  return parts.join('\n\n');
}

function servedText({ models }: RetrainingCase): string {
  if (!models) return 'Which model is served is being looked up.';
  const { serving, kept } = models;
  if (!serving) return 'No model is served yet: shoppers see what sells best.';
  const others = kept.filter((id) => id !== serving.modelId);
  const rest = others.length > 0 ? ` Also kept: ${others.map((id) => `\`${id}\``).join(', ')}.` : '';
  return `Served: **${plain(serving.modelId)}** since ${atTime(serving.since)}.${rest}`;
}

function currentText(retraining: RetrainingCase, current: CurrentRetraining): string[] {
  const { wish, stage, fraction, detail } = current;
  const why = wish.reason ? `: ${plain(wish.reason)}` : '';
  const parts = [
    `**Under way**, asked for by ${plain(wish.requestedBy ?? 'somebody at the start form')}${why}. Its model will be \`${current.modelId}\`.`,
  ];
  if (wish.publishAnyway) parts.push('It will be published **whatever is found**: so it was asked for.');
  if (retraining.canceledBy)
    parts.push(`**Canceled** by ${plain(retraining.canceledBy.requestedBy)}: it is being stopped.`);
  const at = RETRAINING_STAGES.indexOf(stage);
  parts.push(
    table(
      ['Stage', 'State', 'Found'],
      RETRAINING_STAGES.map((each, place) => [
        STAGES[each],
        place < at ? 'done' : place > at ? 'to come' : `**${Math.round(fraction * 100)} %**`,
        place < at ? foundIn(each, current) : place === at ? plain(detail ?? '') : '',
      ]),
    ),
  );
  return parts;
}

function foundIn(stage: RetrainingStage, { exported, trained, evaluated }: CurrentRetraining): string {
  if (stage === 'export' && exported) {
    const { lines, shoppers, products, baskets, carts, views, withoutEvents } = exported.facts;
    const strange = exported.strange ? ` **Strange**: ${plain(exported.strange)}.` : '';
    const events = withoutEvents ? ` Without views and carts: ${plain(withoutEvents)}.` : '';
    return `${lines} lines of ${baskets} baskets, ${carts} carts, ${views} views; ${shoppers} shoppers, ${products} products.${events}${strange}`;
  }
  if (stage === 'train' && trained)
    return `${trained.products} products in ${trained.seconds.toFixed(1)} s, ${(trained.modelBytes / 1e6).toFixed(1)} MB`;
  if (stage === 'evaluate' && evaluated) {
    const { scores, opponentScores, against, verdict } = evaluated;
    const figures = (['newItems', 'anyItems', 'together'] satisfies Measure[]).map(
      (measure) => `${named(measure)} ${score(opponentScores[measure].mean)} → ${score(scores[measure].mean)}`,
    );
    const coverage = `coverage ${percent(opponentScores.coverage)} → ${percent(scores.coverage)}`;
    return `Beside ${plain(against ?? 'plain popularity')}: ${[...figures, coverage].join('; ')}. ${plain(verdict.because)}.`;
  }
  return '';
}

function whatCanBeDone({ current, wish, models }: RetrainingCase): string {
  const can: string[] = [];
  if (current && current.stage !== 'publish') can.push('`cancelRetraining` ends it; the model served stays');
  if (!current && !wish) can.push('`retrain` trains anew');
  if (models?.serving?.before && current?.stage !== 'publish')
    can.push(`\`rollback\` serves \`${models.serving.before}\` again, or another that is kept`);
  return can.length > 0 ? `**What can be done**, as updates: ${can.join('; ')}.` : 'Nothing can be done just now.';
}
