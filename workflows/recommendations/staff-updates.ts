/** What staff do with the recommendation model at the Temporal UI, and administrators by the API. */
import { setHandler } from '@temporalio/workflow';
import type { localSteps } from '../shared/described-steps.ts';
import { refuse } from '../shared/failures.ts';
import { aFlag, checkRequest, describeUpdate, optional, requiredText } from '../shared/staff.ts';
import type { RetrainingCase } from './case.ts';
import { cancelRetrainingUpdate, retrainUpdate, rollbackUpdate } from './messages.ts';

const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'New range of products' };
const ROLLBACK_EXAMPLE = { ...EXAMPLE, reason: 'Odd suggestions since this morning' };
const MAX_MODEL_ID_LENGTH = 64;

export function handleStaffUpdates(retraining: RetrainingCase, models: ReturnType<typeof localSteps>): void {
  setHandler(
    retrainUpdate,
    ({ requestId, requestedBy, reason, publishAnyway }) =>
      retraining.once(requestId, async () => {
        if (retraining.isBusy) return { started: false };
        retraining.wish = { requestedBy, ...(reason && { reason }), ...(publishAnyway && { publishAnyway }) };
        return { started: true };
      }),
    {
      description: describeUpdate(
        'Trains a new model and publishes it when it is not worse than the one served. One that is under way goes on instead. "publishAnyway": true publishes it whatever is found.',
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
        else retraining.wish = undefined;
        return { canceled: true };
      }),
    {
      description: describeUpdate('Ends the retraining that is under way. The model that is served stays.', {
        ...EXAMPLE,
        reason: 'The machine is needed for something else',
      }),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        if (retraining.isAnswered(request.requestId)) return;
        if (!retraining.isBusy) throw refuse('conflict', 'No retraining is under way.');
        if (retraining.current?.stage === 'publish')
          throw refuse('conflict', 'The new model is being published just now; send `rollback` afterwards.');
      },
    },
  );

  setHandler(
    rollbackUpdate,
    ({ requestId, model }) =>
      retraining.once(requestId, async () => {
        const now = await models.readModels();
        retraining.knows(now);
        const { serving, kept } = now;
        if (!serving) throw refuse('conflict', 'No model is served yet: there is nothing to go back to.');
        const to = model ?? serving.before;
        if (to === null)
          throw refuse('conflict', `No model was served before ${serving.modelId}: there is nothing to go back to.`);
        if (to === serving.modelId) throw refuse('conflict', `The model ${to} is the one that is served.`);
        if (!kept.includes(to))
          throw refuse(
            'conflict',
            notKept(
              to,
              kept.filter((id) => id !== serving.modelId),
            ),
          );
        const result = await models.rollBackModel({ from: serving.modelId, to });
        retraining.knows(await models.readModels());
        if (result.outcome === 'refused') throw refuse('conflict', result.message);
        return { model: result.modelId };
      }),
    {
      description: describeUpdate(
        'Serves the model again that was served before the current one; with "model", another of those that are kept.',
        ROLLBACK_EXAMPLE,
      ),
      validator: (request) => {
        checkRequest(request, ROLLBACK_EXAMPLE, { model: optional(requiredText('“model”', MAX_MODEL_ID_LENGTH)) });
        if (!retraining.isAnswered(request.requestId) && retraining.current?.stage === 'publish')
          throw refuse('conflict', 'A new model is being published just now; try again in a moment.');
      },
    },
  );
}

function notKept(model: string, others: readonly string[]): string {
  const choice = others.length > 0 ? `These are: ${others.join(', ')}.` : 'No other one is.';
  return `The model ${model} is not kept (any more). ${choice}`;
}
