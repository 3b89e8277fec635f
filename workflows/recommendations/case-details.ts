import { type Measure, named, percent, score } from '../../domain/recommendations/publication-check.ts';
import { atTime, plain, table } from '../shared/markdown.ts';
import type { CurrentRetraining, RetrainingCase } from './case.ts';
import { RETRAINING_STAGES, type RetrainingStage } from './messages.ts';

const STAGES: Readonly<Record<RetrainingStage, string>> = {
  export: 'Export of purchases, carts, and views',
  train: 'Training of the new model and its evaluation copy',
  evaluate: 'Evaluation on held-out purchases',
  publish: 'Publication',
};

/** Renders the case in Markdown for staff: the served model, the retraining in progress, the last result, and the available updates. */
export function describeRetraining(retraining: RetrainingCase): string {
  const parts = ['### Recommendation model', servedText(retraining)];
  if (retraining.current) parts.push(...currentText(retraining, retraining.current));
  else if (retraining.request) parts.push('A retraining is about to start.');
  if (retraining.last)
    parts.push(`**Last retraining** (${atTime(retraining.last.at)}): ${plain(retraining.last.sentence)}.`);
  else if (!retraining.current && !retraining.request) parts.push('No model has been trained yet.');
  parts.push(availableUpdates(retraining));
  return parts.join('\n\n');
}

function servedText({ models }: RetrainingCase): string {
  if (!models) return 'Loading the served model.';
  const { serving, kept } = models;
  if (!serving) return 'No model is served yet, so customers see bestsellers.';
  const others = kept.filter((id) => id !== serving.modelId);
  const rest = others.length > 0 ? ` Other available models: ${others.map((id) => `\`${id}\``).join(', ')}.` : '';
  return `Served: **${plain(serving.modelId)}** since ${atTime(serving.since)}.${rest}`;
}

function currentText(retraining: RetrainingCase, current: CurrentRetraining): string[] {
  const { request, stage, fraction, detail } = current;
  const why = request.reason ? `: ${plain(request.reason)}` : '';
  const parts = [
    `**In progress**, requested by ${plain(request.requestedBy ?? 'the start form')}${why}. New model: \`${current.modelId}\`.`,
  ];
  if (request.publishAnyway) parts.push('The model will be published **regardless of its evaluation**, as requested.');
  if (retraining.canceledBy)
    parts.push(`**Canceled** by ${plain(retraining.canceledBy.requestedBy)}. The retraining is stopping.`);
  const at = RETRAINING_STAGES.indexOf(stage);
  parts.push(
    table(
      ['Stage', 'State', 'Found'],
      RETRAINING_STAGES.map((each, place) => [
        STAGES[each],
        place < at ? 'done' : place > at ? 'not started' : `**${Math.round(fraction * 100)} %**`,
        place < at ? foundIn(each, current) : place === at ? plain(detail ?? '') : '',
      ]),
    ),
  );
  return parts;
}

function foundIn(stage: RetrainingStage, { exported, trained, evaluated }: CurrentRetraining): string {
  if (stage === 'export' && exported) {
    const { lines, shoppers, products, baskets, carts, views, withoutEvents } = exported.facts;
    const strange = exported.strange ? ` **Unusual data**: ${plain(exported.strange)}.` : '';
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
    return `Compared with ${plain(against ?? 'bestsellers')}: ${[...figures, coverage].join('; ')}. ${plain(verdict.because)}.`;
  }
  return '';
}

function availableUpdates({ current, request, models }: RetrainingCase): string {
  const can: string[] = [];
  if (current && current.stage !== 'publish')
    can.push('`cancelRetraining` (stop this retraining and keep the served model)');
  if (!current && !request) can.push('`retrain` (train a new model)');
  if (models?.serving?.before && current?.stage !== 'publish')
    can.push(`\`rollback\` (serve \`${models.serving.before}\` or another available model)`);
  return can.length > 0
    ? `**What you can do now** (Send an Update): ${can.join(', ')}`
    : 'No action is available right now.';
}
