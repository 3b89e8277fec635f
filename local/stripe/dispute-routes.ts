/** The shop's dispute routes: read, submit evidence, close. */
import type Stripe from 'stripe';
import type { Answer, Call } from './call.ts';
import { EVIDENCE_FIELDS } from './dispute-object.ts';
import { changeDispute, closeDispute } from './disputes.ts';
import { resourceMissing } from './errors.ts';
import { answerObject, answerPage } from './expand.ts';
import { mergeMetadata, type Parameters } from './parameters.ts';

const SUBMISSION_METHODS = ['manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes'] as const;
const MAX_EVIDENCE_LENGTH = 20_000;

function disputeOf(call: Call): Stripe.Dispute {
  const dispute = call.standin.store.disputes.get(call.id);
  if (!dispute) throw resourceMissing('dispute', call.id, 'dispute');
  return dispute;
}

/** The given fields; an empty one becomes null, which clears it. */
function readEvidence(evidence: Parameters | undefined): Record<string, string | null> {
  const given: Record<string, string | null> = {};
  for (const name of EVIDENCE_FIELDS) {
    if (evidence?.has(name)) given[name] = evidence.text(name, MAX_EVIDENCE_LENGTH) ?? null;
  }
  evidence?.ignore('appeal', 'enhanced_evidence');
  return given;
}

export function retrieveDisputeRoute(call: Call): Answer {
  return answerObject(call, disputeOf(call));
}

export function listDisputesRoute(call: Call): Answer {
  return answerPage(call, call.standin.store.disputes, '/v1/disputes', {
    payment_intent: call.parameters.text('payment_intent'),
    charge: call.parameters.text('charge'),
  });
}

export function updateDisputeRoute(call: Call): Answer {
  const { standin, parameters, cause } = call;
  const dispute = disputeOf(call);
  const evidence = readEvidence(parameters.object('evidence'));
  const submit = parameters.boolean('submit');
  const method = parameters.oneOf('intended_submission_method', SUBMISSION_METHODS);
  const change = {
    evidence,
    metadata: mergeMetadata(dispute.metadata, parameters.metadata()),
    intendedSubmissionMethod: method ?? dispute.intended_submission_method,
    // Evidence is submitted to the bank unless `submit` is false; a change of only metadata submits nothing.
    submit: submit ?? Object.keys(evidence).length > 0,
  };
  return answerObject(call, changeDispute(standin, dispute, change, cause));
}

export function closeDisputeRoute(call: Call): Answer {
  return answerObject(call, closeDispute(call.standin, disputeOf(call), 'lost', call.cause));
}
