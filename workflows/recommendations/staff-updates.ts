/** Updates of the recommendation model, sent by staff in the Temporal UI and by administrators through the API. */
import { setHandler } from '@temporalio/workflow';
import type { localSteps } from '../shared/described-steps.ts';
import { refuse } from '../shared/failures.ts';
import { aFlag, checkRequest, describeUpdate, optional, requiredText } from '../shared/staff.ts';
import type { RetrainingCase } from './case.ts';
import { cancelRetrainingUpdate, retrainUpdate, rollbackUpdate } from './messages.ts';

const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'New product line' };
const ROLLBACK_EXAMPLE = { ...EXAMPLE, reason: 'Poor recommendations since this morning' };
const MAX_MODEL_ID_LENGTH = 64;

export function handleStaffUpdates(
  retraining: RetrainingCase,
  quick: ReturnType<typeof localSteps<'readModels' | 'rollBackModel'>>,
): void {
  setHandler(
    retrainUpdate,
    ({ requestId, requestedBy, reason, publishAnyway }) =>
      retraining.once(requestId, async () => {
        if (retraining.isBusy) return { started: false };
        retraining.request = { requestedBy, ...(reason && { reason }), ...(publishAnyway && { publishAnyway }) };
        return { started: true };
      }),
    {
      description: describeUpdate(
        'Trains a new model and publishes it unless it scores worse than the served model. If a retraining is already in progress, it continues instead. "publishAnyway": true publishes the model regardless of its evaluation.',
        EXAMPLE,
      ),
      validator: (request) => checkRequest(request, EXAMPLE, { publishAnyway: optional(aFlag('publishAnyway')) }),
    },
  );

  setHandler(
    cancelRetrainingUpdate,
    (request) =>
      retraining.once(request.requestId, async () => {
        if (retraining.current) retraining.cancel(request);
        else retraining.request = undefined;
        return { canceled: true };
      }),
    {
      description: describeUpdate('Cancels the retraining in progress. The served model does not change.', {
        ...EXAMPLE,
        reason: 'The server is needed for other work',
      }),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        if (retraining.isAnswered(request.requestId)) return;
        if (!retraining.isBusy) throw refuse('conflict', 'No retraining is in progress.');
        if (retraining.current?.stage === 'publish')
          throw refuse(
            'conflict',
            'The new model is already being published. Wait until it is served, then send `rollback`.',
          );
      },
    },
  );

  setHandler(
    rollbackUpdate,
    ({ requestId, model }) =>
      retraining.once(requestId, async () => {
        const now = await quick.readModels();
        retraining.setModels(now);
        const { serving, kept } = now;
        if (!serving) throw refuse('conflict', 'No model is served yet, so there is nothing to roll back to.');
        const to = model ?? serving.before;
        if (to === null)
          throw refuse(
            'conflict',
            `No model was served before ${serving.modelId}, so there is nothing to roll back to.`,
          );
        if (to === serving.modelId) throw refuse('conflict', `Model ${to} is already served.`);
        if (!kept.includes(to))
          throw refuse(
            'conflict',
            notKept(
              to,
              kept.filter((id) => id !== serving.modelId),
            ),
          );
        const result = await quick.rollBackModel({ from: serving.modelId, to });
        retraining.setModels(await quick.readModels());
        if (result.outcome === 'refused') throw refuse('conflict', result.message);
        return { model: result.modelId };
      }),
    {
      description: describeUpdate(
        'Rolls back to the previously served model, or to the "model" that you name.',
        ROLLBACK_EXAMPLE,
      ),
      validator: (request) => {
        checkRequest(request, ROLLBACK_EXAMPLE, { model: optional(requiredText('“model”', MAX_MODEL_ID_LENGTH)) });
        if (!retraining.isAnswered(request.requestId) && retraining.current?.stage === 'publish')
          throw refuse('conflict', 'A new model is being published. Try again in a moment.');
      },
    },
  );
}

function notKept(model: string, others: readonly string[]): string {
  const choice = others.length > 0 ? `Available models: ${others.join(', ')}.` : 'No other model is available.';
  return `Model ${model} is not available. ${choice}`;
}
